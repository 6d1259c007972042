/**
 * What goes out of this device: one microphone, one camera, at times the screen.
 *
 * A camera that is off is really off (its light goes out); a microphone that is off keeps sending
 * silence, so that the recording runs on without a gap. Trouble is told as a code.
 *
 * @typedef {"mic" | "camera" | "screen"} Kind
 * @typedef {"blocked" | "missing" | "busy" | "lost" | "failed"} Trouble
 * @typedef {{mic: string, camera: string, speaker: string}} Chosen
 */

const MEMORY = "tiepdan.devices";

/** The devices chosen last time in this browser. @returns {Chosen} */
export function chosenDevices() {
  const nothing = { mic: "", camera: "", speaker: "" };
  try {
    return { ...nothing, ...JSON.parse(localStorage.getItem(MEMORY) ?? "{}") };
  } catch {
    return nothing;
  }
}

/** @param {Partial<Chosen>} chosen */
export function rememberDevices(chosen) {
  try {
    localStorage.setItem(MEMORY, JSON.stringify({ ...chosenDevices(), ...chosen }));
  } catch {
    // A private window without storage asks again next time.
  }
}

/** @param {"mic" | "camera"} kind @param {boolean} isHigh @param {string} device */
export function wish(kind, isHigh, device) {
  const id = device ? { deviceId: { ideal: device } } : {};
  if (kind === "mic") {
    return { ...id, echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
  }
  const size = isHigh ? { width: { ideal: 1280 }, height: { ideal: 720 } } : { width: { ideal: 640 }, height: { ideal: 480 } };
  return { ...id, ...size, frameRate: { ideal: 20, max: 25 } };
}

/** @param {unknown} error @returns {Trouble} */
export function troubleOf(error) {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "blocked";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "missing";
  return name === "NotReadableError" || name === "AbortError" ? "busy" : "failed";
}

/** @param {MediaStreamTrack | null} track */
function isSound(track) {
  return track !== null && track.readyState === "live" && !track.muted;
}

/**
 * @typedef {object} Hooks
 * @property {(kind: "audio" | "video", track: MediaStreamTrack | null) => void} onTrack what is to be sent from now on
 * @property {(kind: "mic" | "camera", trouble: Trouble | null) => void} onTrouble
 * @property {() => void} onShareEnded the browser's own "stop sharing" was pressed
 */

export class Capture {
  /** @type {Hooks} */ #hooks;
  /** @type {boolean} */ #isHigh;
  /** @type {Record<Kind, MediaStreamTrack | null>} */ #tracks = { mic: null, camera: null, screen: null };
  /** @type {Record<"mic" | "camera", boolean>} */ #wanted = { mic: true, camera: true };
  /** Whoever is outside is neither heard nor seen, and no device of theirs is open. @type {"never" | "yes" | "stopped"} */ #isOn = "never";

  /** @param {Hooks} hooks @param {boolean} isHigh a room full of people needs a sharper picture */
  constructor(hooks, isHigh) {
    this.#hooks = hooks;
    this.#isHigh = isHigh;
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#revive());
  }

  /** What of this person really goes out: a track that the system silenced (a telephone call) does not. */
  get sends() {
    const { mic, camera } = this.#tracks;
    return { mic: isSound(mic) && mic?.enabled === true, camera: isSound(camera) };
  }

  /** The picture that is sent now. */
  get video() {
    return this.#tracks.screen ?? this.#tracks.camera;
  }

  get mic() {
    return this.#tracks.mic;
  }

  /** Ask for both at once, so that a person is asked once; take what can be had. */
  async start() {
    this.#isOn = "yes";
    const chosen = chosenDevices();
    const audio = wish("mic", this.#isHigh, chosen.mic);
    const video = wish("camera", this.#isHigh, chosen.camera);
    const { mic, camera } = this.#wanted;
    if (mic && camera) {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ audio, video });
        this.#take("mic", stream.getAudioTracks()[0] ?? null);
        this.#take("camera", stream.getVideoTracks()[0] ?? null);
        return;
      } catch {
        // One of the two is missing or refused; each alone will tell which.
      }
    }
    if (mic) await this.#fetch("mic", chosen.mic);
    if (camera) await this.#fetch("camera", chosen.camera);
  }

  /** @param {"mic" | "camera"} kind @param {boolean} isOn */
  async switch(kind, isOn) {
    this.#wanted[kind] = isOn;
    const track = this.#tracks[kind];
    if (kind === "mic" && track) {
      track.enabled = isOn;
    } else if (isOn && !track) {
      await this.#fetch(kind, chosenDevices()[kind]);
    } else if (!isOn && track) {
      this.#drop(kind);
      if (!this.#tracks.screen) this.#hooks.onTrack("video", null);
    }
  }

  /** Change to another device without leaving. @param {"mic" | "camera"} kind @param {string} device */
  async use(kind, device) {
    rememberDevices({ [kind]: device });
    if (kind === "camera" && !this.#wanted.camera) return;
    // Many telephones cannot open the second camera while the first is open.
    if (kind === "camera") this.#drop("camera");
    await this.#fetch(kind, device);
  }

  /** From a press: open a device again that ended, was silenced or could not be opened. @param {"mic" | "camera"} kind */
  async repair(kind) {
    this.#wanted[kind] = true;
    const track = this.#tracks[kind];
    if (isSound(track)) return this.#hooks.onTrouble(kind, null);
    this.#drop(kind);
    await this.#fetch(kind, chosenDevices()[kind]);
  }

  /** The page is looked at again: what ended meanwhile without saying so is opened anew. */
  async wake() {
    for (const kind of /** @type {("mic" | "camera")[]} */ (["mic", "camera"])) {
      if (this.#wanted[kind] && this.#tracks[kind]?.readyState === "ended") await this.repair(kind);
    }
  }

  /** @returns {Promise<boolean>} false when the person changed their mind */
  async share() {
    /** @type {MediaStream} */
    let stream;
    try {
      stream = await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 10 } }, audio: false });
    } catch {
      return false;
    }
    const track = stream.getVideoTracks()[0];
    if (!track) return false;
    track.contentHint = "detail";
    track.onended = () => {
      this.unshare();
      this.#hooks.onShareEnded();
    };
    this.#tracks.screen = track;
    this.#hooks.onTrack("video", track);
    return true;
  }

  unshare() {
    this.#drop("screen");
    this.#hooks.onTrack("video", this.#tracks.camera);
  }

  stop() {
    this.#isOn = "stopped";
    this.#drop("screen");
    this.#drop("camera");
    this.#drop("mic");
  }

  /** @param {"mic" | "camera"} kind @param {string} device */
  async #fetch(kind, device) {
    const isMic = kind === "mic";
    const asked = wish(kind, this.#isHigh, device);
    try {
      const stream = await navigator.mediaDevices.getUserMedia(isMic ? { audio: asked } : { video: asked });
      this.#take(kind, stream.getTracks()[0] ?? null);
    } catch (error) {
      this.#hooks.onTrouble(kind, troubleOf(error));
    }
  }

  /** @param {"mic" | "camera"} kind @param {MediaStreamTrack | null} track */
  #take(kind, track) {
    const before = this.#tracks[kind];
    if (track && (this.#isOn === "stopped" || (!this.#wanted[kind] && kind === "camera"))) {
      // Switched off, or left, while the browser was still asking.
      track.stop();
      return;
    }
    this.#tracks[kind] = track;
    if (before && before !== track) this.#forget(before);
    if (!track) return this.#hooks.onTrouble(kind, "missing");
    if (kind === "mic") track.enabled = this.#wanted.mic;
    // An unplugged device ends its track; a telephone call or a headset may only silence it.
    track.onended = () => this.#gone(kind, track);
    track.onmute = () => this.#tracks[kind] === track && this.#hooks.onTrouble(kind, "busy");
    track.onunmute = () => this.#tracks[kind] === track && this.#hooks.onTrouble(kind, null);
    this.#hooks.onTrouble(kind, track.muted ? "busy" : null);
    if (kind === "mic") this.#hooks.onTrack("audio", track);
    else if (!this.#tracks.screen) this.#hooks.onTrack("video", track);
  }

  /** @param {"mic" | "camera"} kind @param {MediaStreamTrack} track */
  #gone(kind, track) {
    if (this.#tracks[kind] !== track) return;
    this.#tracks[kind] = null;
    this.#hooks.onTrouble(kind, "lost");
    if (kind === "mic" || !this.#tracks.screen) this.#hooks.onTrack(kind === "mic" ? "audio" : "video", null);
    void this.#revive();
  }

  /** A device was plugged in or out: whatever is wanted and missing may be had now. */
  async #revive() {
    if (this.#isOn !== "yes") return;
    for (const kind of /** @type {("mic" | "camera")[]} */ (["mic", "camera"])) {
      if (this.#wanted[kind] && this.#tracks[kind] === null) await this.#fetch(kind, chosenDevices()[kind]);
    }
  }

  /** @param {Kind} kind */
  #drop(kind) {
    const track = this.#tracks[kind];
    this.#tracks[kind] = null;
    if (track) this.#forget(track);
  }

  /** @param {MediaStreamTrack} track */
  #forget(track) {
    track.onended = track.onmute = track.onunmute = null;
    track.stop();
  }
}
