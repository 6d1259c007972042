/** The city's board: called from the desk, its answer as it comes; and for whoever came, until when. */

import { useEffect, useState } from "preact/hooks";
import { boardPresence, isCalling, standOf } from "../board.js";
import { layoutOf } from "../derive.js";
import { dayOf, timeOfDay } from "../../lib/time.js";
import { json } from "../../lib/http.js";
import { Button, Dialog, Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../board.js").Call} Call */

const STAYS = [10, 15, 20, 30, 45, 60];
const USUAL_STAY = 15;
const BAD = new Set(["unanswered", "late", "refused"]);

/** The room's own clock, carried on between its ticks; a device's may be minutes off. @param {Session} s */
function officeNow(s) {
  const { tick } = s.room.value;
  const since = Math.max(0, s.now.value - (tick?.heard_at ?? s.now.value));
  return tick ? Date.parse(tick.at) + since : s.now.value;
}

/** @param {string} iso */
function time(iso) {
  return timeOfDay(new Date(iso));
}

/** At the desk. @param {{s: Session}} props */
export function Board({ s }) {
  const [isAsking, ask] = useState(false);
  const presence = boardPresence(s.room.value);
  useEffect(() => void s.readCalls(), [presence]);
  if (!s.page.boardUrl) return null;
  const calls = s.calls.value;
  const last = calls[0];
  return html`<h2 class="present__title"><span>${s.say("board.title")}</span></h2>
    <div role="status">${last && html`<${Answer} s=${s} call=${last} />`}</div>
    ${last?.may_withdraw && html`<div class="present__moves"><${TakeBack} key=${last.code} s=${s} call=${last} /></div>`}
    ${!isCalling(calls) && html`<div class="present__moves">
      <${Button} s=${s} small icon="phone" label=${s.say(last ? "board.ask_again" : "board.ask")} onClick=${() => ask(true)} /></div>`}
    ${isAsking && html`<${Asking} s=${s} onClose=${() => ask(false)} />`}`;
}

/** @param {{s: Session, call: Call}} props */
function Answer({ s, call }) {
  const stand = standOf(call, officeNow(s));
  const isWaited = stand === "asked" || stand === "unanswered";
  return html`<p class=${BAD.has(stand) ? "present__bad" : ""}>${s.say(`board.stand_${stand}`, { until: time(call.until) })}</p>
    <p class="present__about">
      ${isWaited && html`<span>${call.seen_at ? s.say("board.seen", { time: time(call.seen_at) }) : s.say("board.not_seen")}</span>`}
      ${call.answered_by && html`<span>${s.say(call.is_answered_late ? "board.by_late" : "board.by", { name: call.answered_by, time: call.answered_at ? time(call.answered_at) : "" })}</span>`}
      ${call.offered_at && html`<span>${s.say("board.offered", { time: time(call.offered_at), day: dayOf(new Date(call.offered_at)) })}</span>`}
      ${call.ground && html`<span>${s.say("board.said", { words: call.ground })}</span>`}
      <span>${call.leaves_at ? s.say("board.leaves", { time: time(call.leaves_at) }) : s.say("board.stay", { minutes: call.stay_minutes })}</span>
    </p>`;
}

/** @param {{s: Session, call: Call}} props */
function TakeBack({ s, call }) {
  const [trouble, setTrouble] = useState("");
  const takeBack = async () => {
    setTrouble(await send(s, `${s.page.boardUrl}/${call.code}/thu-hoi`, {}));
    await s.readCalls();
  };
  return html`<${Button} s=${s} small kind="quiet" label=${s.say("board.withdraw")} onClick=${() => void takeBack()} />
    ${trouble && html`<p class="field__error">${trouble}</p>`}`;
}

/** @param {Session} s @param {string} address @param {unknown} body @returns {Promise<string>} what went wrong, or nothing */
async function send(s, address, body) {
  try {
    await json("POST", address, body);
    return "";
  } catch (error) {
    const said = /** @type {any} */ (error)?.said;
    return Object.values(said?.fields ?? {})[0] || said?.text || s.say("refused.not_sent");
  }
}

/** @param {{s: Session, onClose: () => void}} props */
function Asking({ s, onClose }) {
  const [words, write] = useState("");
  const [urgency, setUrgency] = useState("now");
  const [stay, setStay] = useState(USUAL_STAY);
  const [key] = useState(() => crypto.randomUUID().replaceAll("-", ""));
  const [trouble, setTrouble] = useState("");
  const [isBusy, setBusy] = useState(false);
  const ask = async () => {
    setBusy(true);
    const wrong = words.trim() ? await send(s, s.page.boardUrl, { hand_over: words, urgency, stay_minutes: String(stay), key }) : s.say("board.words_missing");
    setBusy(false);
    setTrouble(wrong);
    if (wrong) return void document.getElementById("hand-over")?.focus();
    await s.readCalls();
    onClose();
  };
  return html`<${Dialog} question=${s.say("board.question")} onClose=${onClose}>
    <p>${s.say("board.text")}</p>
    <div class=${`field${trouble ? " field--error" : ""}`}>
      <label class="field__label" for="hand-over">${s.say("board.words")}</label>
      <p class="field__hint" id="hand-over-hint">${s.say("board.words_hint")}</p>
      ${trouble && html`<p class="field__error" id="hand-over-error"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${trouble}</span></p>`}
      <textarea class="input input--area" id="hand-over" rows="4" maxlength="1000" required
        aria-invalid=${trouble ? "true" : undefined} aria-describedby=${trouble ? "hand-over-hint hand-over-error" : "hand-over-hint"}
        value=${words} onInput=${(/** @type {Event} */ event) => write(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea>
    </div>
    <fieldset class="field">
      <legend class="field__label">${s.say("board.urgency")}</legend>
      ${["now", "soon"].map((each) => html`<div key=${each} class="choice">
        <input class="choice__box choice__box--radio" type="radio" name="urgency" id=${`urgency-${each}`} checked=${urgency === each} onChange=${() => setUrgency(each)} />
        <label class="choice__label" for=${`urgency-${each}`}>${s.say(`board.urgency_${each}`)}</label>
      </div>`)}
    </fieldset>
    <div class="field">
      <label class="field__label" for="stay">${s.say("board.how_long")}</label>
      <span class="select"><select class="input" id="stay" value=${String(stay)} onChange=${(/** @type {Event} */ event) => setStay(Number(/** @type {HTMLSelectElement} */ (event.currentTarget).value))}>
        ${STAYS.map((each) => html`<option key=${each} value=${String(each)}>${s.say("board.minutes", { minutes: each })}</option>`)}
      </select><${Icon} s=${s} name="chevron-down" size="small" /></span>
    </div>
    <div class="actions">
      <${Button} s=${s} kind="primary" icon="phone" busy=${isBusy} label=${s.say("board.send")} onClick=${() => void ask()} />
      <${Button} s=${s} label=${s.say("ground.no")} onClick=${onClose} />
    </div>
  <//>`;
}

/** For whoever of the board came: until when they are asked to stay. @param {{s: Session}} props */
export function Stay({ s }) {
  const presence = boardPresence(s.room.value);
  useEffect(() => void s.readCalls(), [presence]);
  const call = s.calls.value.find((each) => each.member === s.room.value.me?.member);
  if (!s.page.boardUrl || layoutOf(s.room.value, s.page.layout) === "desk" || !call) return null;
  const until = call.leaves_at ? time(call.leaves_at) : "";
  return html`<p class="moves__next">${until ? s.say("board.my_stay_until", { time: until }) : s.say("board.my_stay", { minutes: call.stay_minutes })}</p>`;
}
