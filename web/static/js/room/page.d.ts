/** What the template told the page of a room. */
export interface Page {
  socket: string;
  ticket: string;
  layout: string;
  icons: string;
  unit: string;
  phone: string;
  title: string;
  receiver: string;
  startsAt: string;
  /** where to go afterwards */ back: string;
  minutes: string;
  isHigh: boolean;
  /** where ticks of the opening script are kept */ scriptUrl: string;
  /** where calls for the city's board are kept; for the desk and the board */ boardUrl: string;
  /** what is to be done after a stop; only for the desk */ stoppedHref: string;
  /** where to tell technicians that something does not work */ incidentUrl: string;
  /** only for the desk */ citizenPhone: string;
  ticks: Record<string, string>;
  script: { code: string; words: string; done_at: string | null }[];
  /** where the page that everybody sees is read */ showing: string;
  /** where papers are handed in or taken, or "" */ papers: string;
  /** largest file */ megabytes: number;
  notice: { lead: string; items: string[] };
}
