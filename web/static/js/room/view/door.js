/** Before and after the room: arriving, waiting alone, the notice of recording, what happened at the end. */

import { useState } from "preact/hooks";
import { brokenFor, isAsking, lateBy, roomNow, rungOf } from "../derive.js";
import { timeOfDay } from "../../lib/time.js";
import { Button, Icon, Notice, Telephone, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

/** @param {{s: Session, children?: any}} props */
function Page({ s, children }) {
  return html`<div class="door public">
    <header class="door__head"><p class="room__unit">${s.page.unit}</p><p class="room__chair">${s.page.title}</p></header>
    <main class="waiting" id="noi-dung" tabindex="-1">${children}</main>
  </div>`;
}

/** @param {{s: Session}} props */
export function Arriving({ s }) {
  const rung = rungOf(brokenFor(s.room.value, s.now.value));
  const isSlow = rung !== "whole" && rung !== "silent";
  return html`<${Page} s=${s}>
    <h1 class="waiting__place">${s.say("arriving.title")}</h1>
    <p>${s.say(isSlow ? "arriving.slow" : "arriving.text")}</p>
    ${isSlow && html`<${Telephone} s=${s} />`}
  <//>`;
}

/** @param {{s: Session}} props */
export function Waiting({ s }) {
  const room = s.room.value;
  const you = room.view?.you;
  const place = you?.position ?? 1;
  const rung = rungOf(brokenFor(room, s.now.value));
  const starts = s.page.startsAt ? new Date(s.page.startsAt) : null;
  const now = roomNow(room, s.now.value);
  const late = lateBy(starts, now);
  return html`<${Page} s=${s}>
    <div>
      <h1 class="waiting__place">${place > 1 ? s.say("waiting.place", { number: place }) : s.say("waiting.first")}</h1>
      ${starts && html`<p class="lead">${s.say("waiting.time", { time: timeOfDay(starts), now: timeOfDay(new Date(now)) })}</p>`}
    </div>
    ${rung !== "whole" && rung !== "silent" && html`<${Notice} s=${s} kind="warn" icon="wifi-off" title=${s.say("waiting.broken")} text=${s.say("waiting.broken_text")} />`}
    ${you?.doubled && html`<${Notice} s=${s} title=${s.say("waiting.doubled")} text=${s.say("band.doubled")} />`}
    ${late > 0 && html`<${Notice} s=${s} icon="clock" title=${s.say("waiting.late")} text=${s.say("waiting.late_text", { minutes: late })} />`}
    ${you?.acknowledged ? html`<${Notice} s=${s} kind="ok" title=${s.say("waiting.acknowledged")} />` : html`<${RecordingNotice} s=${s} />`}
    <section class="section" aria-labelledby="next-title">
      <h2 class="section__title" id="next-title">${s.say("waiting.next")}</h2>
      <ol class="waiting__steps">
        <li>${s.say("waiting.next_1")}</li>
        <li>${s.say("waiting.next_2")}</li>
        <li>${s.say("waiting.next_3")}</li>
      </ol>
    </section>
    <${Telephone} s=${s} />
    <div class="actions"><${Button} s=${s} kind="quiet" icon="leave" label=${s.say("waiting.leave")} onClick=${() => void s.leave()} /></div>
  <//>`;
}

/** For everybody who is let in without having read that it is recorded. @param {{s: Session}} props */
export function NoticePage({ s }) {
  return html`<${Page} s=${s}>
    <h1 class="waiting__place">${s.say("notice.page")}</h1>
    <${RecordingNotice} s=${s} />
    <${Telephone} s=${s} />
  <//>`;
}

/** @param {{s: Session}} props */
function RecordingNotice({ s }) {
  const { lead, items } = s.page.notice;
  const busy = isAsking(s.room.value, "acknowledge_recording");
  return html`<section class="next" aria-labelledby="notice-title">
    <p class="next__kicker">${s.say("notice.kicker")}</p>
    <h2 class="next__title" id="notice-title">${s.say("notice.title")}</h2>
    <p>${lead}</p>
    <ul>${items.map((each) => html`<li key=${each}>${each}</li>`)}</ul>
    <div class="next__body"><div class="actions">
      <${Button} s=${s} kind="primary" icon="check" busy=${busy} label=${s.say("notice.yes")} onClick=${() => void s.ask("acknowledge_recording")} />
    </div></div>
  </section>`;
}

const FOR_GOOD = new Set(["ended", "withdrawn"]);
const AGAIN = new Set(["left", "replaced", "refused", "removed", "broken", "expired"]);

/** @param {{s: Session}} props */
export function Over({ s }) {
  const { code, ground } = s.room.value.link;
  const known = code && (AGAIN.has(code) || FOR_GOOD.has(code)) ? code : "broken";
  const [isGoing, setGoing] = useState(false);
  const again = () => {
    setGoing(true);
    location.reload();
  };
  return html`<${Page} s=${s}>
    <div>
      <p class="over__mark"><${Icon} s=${s} name=${known === "ended" ? "check-circle" : "door"} size="large" /></p>
      <h1 class="waiting__place">${s.say(`over.${known}`)}</h1>
    </div>
    <p>${s.say(`over.${known}_next`)}</p>
    ${ground && (known === "refused" || known === "removed") && html`<${Notice} s=${s} title=${s.say("over.ground")} text=${ground} />`}
    <${Telephone} s=${s} />
    <div class="actions">
      ${AGAIN.has(known) && html`<${Button} s=${s} kind="primary" icon="refresh" busy=${isGoing} label=${s.say(`over.${known}_again`)} onClick=${again} />`}
      ${s.page.back && html`<a class="button button--secondary" href=${s.page.back}>${s.say("over.back")}</a>`}
    </div>
  <//>`;
}
