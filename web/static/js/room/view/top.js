/** The strip on top: who receives, where the reception stands, the recording light, the clock. */

import { observersOf } from "../aside.js";
import { chairOf, lightOf, layoutOf, roomNow } from "../derive.js";
import { length, timeOfDay } from "../../lib/time.js";
import { Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

/** @param {{s: Session, onSettings: (() => void) | null}} props */
export function Top({ s, onSettings }) {
  const room = s.room.value;
  const isDesk = layoutOf(room, s.page.layout) === "desk";
  const chair = chairOf(room);
  const receiver = chair ? [chair.name, chair.title].filter(Boolean).join(", ") : s.page.receiver;
  return html`<header class="room__top">
    <div class="room__who">
      <h1 class="room__unit">${isDesk && s.page.title ? s.page.title : s.page.unit}</h1>
      <p class="room__chair">${receiver ? s.say("top.receiver", { name: receiver }) : s.say("top.no_receiver")}</p>
      <${Observers} s=${s} />
    </div>
    ${isDesk && html`<p class="room__phase">${s.say(`phase.${room.view?.phase ?? "lobby"}`)}</p>`}
    <${Light} s=${s} isDesk=${isDesk} />
    <${Clock} s=${s} />
    ${onSettings &&
    html`<button type="button" class="bar-button room__settings" onClick=${onSettings}>
      <${Icon} s=${s} name="settings" /><span>${s.say("settings.open")}</span>
    </button>`}
  </header>`;
}

/** Nobody watches in secret. @param {{s: Session}} props */
function Observers({ s }) {
  const names = observersOf(s.room.value).map((each) => [each.name, each.title].filter(Boolean).join(", ")).join("; ");
  if (!names) return null;
  return html`<p class="room__observers"><${Icon} s=${s} name="eye" size="small" /> ${s.say("top.observers", { names })}</p>`;
}

/** @param {{s: Session, isDesk: boolean}} props */
function Light({ s, isDesk }) {
  const room = s.room.value;
  const { look, word } = lightOf(room, s.now.value);
  const recording = room.view?.recording;
  const seconds = room.tick?.durable_seconds ?? recording?.durable_seconds ?? 0;
  const isKept = isDesk && seconds > 0 && recording?.state !== "off";
  return html`<p class=${`light light--${look}`}>
    <span>${s.say(word)}</span>
    ${isKept && html`<span class="light__kept">${s.say("light.kept", { time: length(seconds) })}</span>`}
  </p>`;
}

/** @param {{s: Session}} props */
function Clock({ s }) {
  const room = s.room.value;
  const began = room.view?.began_at;
  const now = roomNow(room, s.now.value);
  const runs = began ? length((now - Date.parse(began)) / 1000) : null;
  return html`<p class="room__clock">
    <time>${timeOfDay(new Date(now))}</time>
    ${runs !== null && html`<span class="room__runs"><span class="visually-hidden">${s.say("clock.runs")} </span>${runs}</span>`}
  </p>`;
}
