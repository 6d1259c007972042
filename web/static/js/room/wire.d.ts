/** What goes over the WebSocket, as `signaling/PROTOCOL.md` says, and what this page adds to it. */

export type Phase = "lobby" | "live" | "paused" | "stopped" | "ended";
export type Status = "waiting" | "admitted" | "connected" | "lost" | "gone";
export type Quality = "good" | "poor" | "bad" | "lost";
export type RecordingState = "off" | "starting" | "on" | "paused" | "interrupted" | "waived";
export type Role =
  | "chair" | "clerk" | "officer" | "citizen" | "ward_room" | "city_board"
  | "department" | "interpreter" | "observer" | "recorder";

export interface Person { name: string; title: string }

export interface Member {
  member: string; name: string; title: string; role: Role; site: string; people: Person[];
  status: Status; hand: boolean; mic: boolean; camera: boolean; screen: boolean;
  acknowledged: boolean; watching: boolean; locked: boolean; link: Quality;
}

export interface You {
  member: string; status: Status; acknowledged: boolean; hand: boolean;
  mic: boolean; camera: boolean; screen: boolean; watching: boolean; locked: boolean; muted_by: string | null; doubled: boolean; position: number | null;
}

export interface Recording {
  state: RecordingState; proven: boolean; durable_seconds: number;
  waived_ground: string | null; since: string | null;
}

export interface Welcome {
  type: "welcome"; v: number; room: string; member: string; role: Role; powers: string[];
  ice_servers: RTCIceServer[]; slots: number; connection: number; room_name: string | null;
}

/** Somebody needed is away; `rung` steps of the ladder have passed. */
export interface Failure { since: string; rung: number; missing: string[]; choice: string | null }

/** What becomes of the recording of a private consultation. */
export type ConsultRule = "recorded" | "sealed" | "unrecorded";

/** A private consultation, as far as this page may know of it. */
export interface Consultation {
  host: string; rule: ConsultRule; ground: string | null; since: string | null; members: string[];
  invitations: { member: string; state: "invited" | "accepted" | "inside" | "refused" | "left"; until: string }[];
  you: "outside" | "invited" | "accepted" | "inside"; ready: boolean;
}

export interface StateMessage {
  type: "state"; seq: number; phase: Phase; recording: Recording; read_back: boolean;
  began_at: string | null; paused_ground: string | null; stopped_ground: string | null; ended_at: string | null;
  floor: string | null; hands: string[]; failure: Failure | null;
  lacking: string[]; consultation: Consultation | null;
  you: You; members: Member[]; waiting: Member[]; /** who has two devices open; for the desk */ doubled: string[];
}

export interface Seat { slot: number; member: string }
export interface Answer { type: "answer"; sdp: string; connection: number }
export interface Slots { type: "slots"; connection: number; seats: Seat[] }
export interface Tick { type: "tick"; at: string; durable_seconds: number; speaking: string | null; picture: "full" | "fewer" | "paused"; spoken: { member: string; seconds: number }[]; /** added here: Date.now() */ heard_at?: number }
export interface Done { type: "done"; re: string }
export interface RefusedMessage { type: "refused"; re: string | null; code: string }
export interface Changed { type: "changed"; topic: string; version: number }
/** Words of `member`, typed by `by`. */
export interface Captioned { type: "captioned"; member: string; by: string; words: string; /** added here: Date.now() */ heard_at?: number }
export interface Elsewhere { type: "elsewhere" }
export interface Bye { type: "bye"; code: string; ground: string | null }

export type FromServer =
  | Welcome | StateMessage | Answer | Slots | Tick | Elsewhere | Done | RefusedMessage | Changed | Captioned | Bye;

/** What the page itself has to report; `at` is `Date.now()`. */
export type FromPage =
  | { type: "link"; state: "connecting" | "open" | "lost" | "closed"; at: number; code?: string; ground?: string | null }
  | { type: "media"; state: MediaState; at: number }
  | { type: "own"; mic?: boolean; camera?: boolean; screen?: boolean }
  | { type: "trouble"; mic?: string | null; camera?: string | null }
  | { type: "asked"; id: string; command: string; fields?: Record<string, unknown> }
  | { type: "unsent"; id: string }
  | { type: "captions"; choice: "on" | "off" | null }
  | { type: "pin"; member: string | null }
  | { type: "failed"; command: string; text: string }
  | { type: "read" };

export type Message = FromServer | FromPage;
export type MediaState = "off" | "connecting" | "connected" | "lost";

/** One line as it is shown; `number` counts all that ever came. */
export interface CaptionLine { number: number; member: string; by: string; name: string; typist: string; words: string; at: number }

export interface RoomState {
  link: { state: "connecting" | "open" | "lost" | "closed"; lostAt: number | null; code: string | null; ground: string | null };
  media: { state: MediaState; lostAt: number | null };
  me: Omit<Welcome, "type" | "v" | "ice_servers"> | null;
  view: StateMessage | null;
  seats: { connection: number; seats: Seat[] };
  tick: Tick | null;
  own: { mic: boolean; camera: boolean; screen: boolean };
  declared: { mic: boolean; camera: boolean; screen: boolean };
  trouble: { mic: string | null; camera: string | null };
  asked: Record<string, string>;
  /** `text` where the office said it in words of its own. */
  refusal: { command: string; code: string; text?: string } | null;
  topics: Record<string, number>;
  stage: { speaker: string | null; candidate: string | null; pinned: string | null };
  /** `choice`: what was chosen on this device, if anything ever was. */
  captions: { lines: CaptionLine[]; count: number; choice: "on" | "off" | null };
}
