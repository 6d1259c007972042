/** Finds the room's place in the page, reads what the template told, and begins. */

import { h, render } from "preact";
import { part } from "../lib/dom.js";
import { announcer } from "./announce.js";
import { newsOf } from "./news.js";
import { Session } from "./session.js";
import { Page } from "./view.js";
import { block, speaker } from "./words.js";

const root = part(document, '[data-module="room"]', HTMLElement);
const given = root.dataset;
const lists = block("lists") ?? {};
const say = speaker(block("words") ?? {});

const session = new Session(
  {
    socket: new URL(given.socket ?? "", location.href).href.replace(/^http/, "ws"),
    ticket: given.ticket ?? "",
    layout: given.layout ?? "",
    icons: given.icons ?? "",
    unit: given.unit ?? "",
    phone: given.phone ?? "",
    title: given.title ?? "",
    receiver: given.receiver ?? "",
    startsAt: given.startsAt ?? "",
    back: given.back ?? "",
    minutes: given.minutes ?? "",
    isHigh: given.picture === "high",
    scriptUrl: given.script ?? "",
    boardUrl: given.board ?? "",
    stoppedHref: given.stopped ?? "",
    incidentUrl: given.incident ?? "",
    citizenPhone: given.citizenPhone ?? "",
    ticks: lists.ticks ?? {},
    script: lists.script ?? [],
    showing: given.showing ?? "",
    papers: given.papers ?? "",
    megabytes: Number(given.megabytes ?? 10),
    notice: lists.notice ?? { lead: "", items: [] },
  },
  say,
);

const announce = announcer(part(document, "#room-news", HTMLElement));

root.replaceChildren();
render(h(Page, { s: session }), root);
session.start((before, after) => {
  for (const news of newsOf(before, after)) announce(say(news.key, news.facts));
});

/** For tests and for the technician's console: what is known, never the ticket. */
Object.assign(window, {
  tiepdan: {
    ready: true,
    state: () => session.room.peek(),
    seats: () => session.room.peek().seats,
    quality: () => session.quality.peek(),
    stats: async () => [...((await session.media.stats()) ?? new Map()).values()],
  },
});
