/** The chair's moves: what comes next as a sentence, the buttons for it, the irreversible ones apart. */

import { useState } from "preact/hooks";
import { choicesOf, gateOf, isAsking, movesOf, roomNow } from "../derive.js";
import { lackingOf } from "../aside.js";
import { CallAside } from "./aside.js";
import { GroundDialog } from "./ground.js";
import { length } from "../../lib/time.js";
import { Button, Dialog, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {{move: string, kind: "primary" | "secondary" | "apart", ground: boolean}} Move */

const ICONS = /** @type {Record<string, string>} */ ({
  recording_start: "record", begin: "play", resume: "play", pause: "pause", read_back_on: "file-text",
  read_back_off: "x", recording_stop: "stop", recording_waive: "circle", stop_here: "alert-triangle", end: "stop", consult: "lock",
});

/** @param {{s: Session}} props */
export function Moves({ s }) {
  const [open, setOpen] = useState(/** @type {Move | null} */ (null));
  const moves = movesOf(s.room.value);
  const press = (/** @type {Move} */ move) => {
    if (move.ground || move.move === "end" || move.move === "stop_here" || move.move === "consult") setOpen(move);
    else if (move.move === "read_back_on") void s.readBack();
    else void s.ask(...commandOf(move.move));
  };
  const row = (/** @type {boolean} */ isApart) => moves.filter((each) => (each.kind === "apart") === isApart).map((each) => html`<${Button}
    key=${each.move} s=${s} kind=${kindOf(each)} icon=${ICONS[each.move]}
    label=${s.say(`move.${each.move}`)} busy=${isAsking(s.room.value, commandOf(each.move)[0])}
    onClick=${() => press(each)} />`);
  const apart = row(true);
  return html`<${Away} s=${s} />
    <div class="room__moves" role="group" aria-label=${s.say("move.group")}>
      <${Next} s=${s} />
      ${row(false)}
    </div>
    ${apart.length > 0 && html`<div class="room__moves room__moves--apart" role="group" aria-label=${s.say("move.apart")}>${apart}</div>`}
    ${open && html`<${Asked} s=${s} move=${open} onClose=${() => setOpen(null)} />`}`;
}

/** @param {Move} move */
function kindOf(move) {
  if (move.kind !== "apart") return move.kind;
  return move.move === "end" || move.move === "stop_here" ? "danger-quiet" : "quiet";
}

/** @param {string} move @returns {[string, Record<string, unknown>?]} */
function commandOf(move) {
  if (move === "read_back_on") return ["read_back", { on: true }];
  if (move === "read_back_off") return ["read_back", { on: false }];
  return [move];
}

/** @param {{s: Session}} props */
function Next({ s }) {
  const room = s.room.value;
  const gate = gateOf(room);
  const phase = room.view?.phase ?? "lobby";
  // That it is live stands on top already.
  if (gate === "begun" && phase === "live") return null;
  const key = gate === "begun" ? `next.${phase}` : `next.${gate}`;
  const lacking = gate === "ready" || gate === "nobody" || gate === "somebody_waits" ? lackingOf(room) : [];
  return html`<p class="moves__next">${gate === "ready" && lacking.length ? "" : s.say(key)}
    ${lacking.map((part) => html` <span key=${part} class="moves__lacking">${s.say(`lacking.${part}`)}</span>`)}</p>`;
}

/** @param {{s: Session, move: Move, onClose: () => void}} props */
function Asked({ s, move, onClose }) {
  const name = move.move;
  if (name === "consult") return html`<${CallAside} s=${s} onClose=${onClose} />`;
  if (move.ground) {
    const lacking = name === "begin" ? lackingOf(s.room.value).map((part) => s.say(`lacking.${part}`)).join(" ") : "";
    return html`<${GroundDialog} s=${s} kind=${name === "pause" || name === "begin" ? "primary" : "danger"}
      question=${s.say(`move.${name}_question`)} text=${`${lacking} ${s.say(`move.${name}_text`)}`.trim()} yes=${s.say(`move.${name}_yes`)}
      onClose=${onClose} onYes=${(/** @type {string} */ ground) => s.ask(name, { ground })} />`;
  }
  if (name === "stop_here") return html`<${Stop} s=${s} onClose=${onClose} />`;
  const yes = async () => {
    onClose();
    await s.ask(name);
  };
  const began = s.room.value.view?.began_at;
  return html`<${Dialog} question=${s.say("move.end_question", { title: s.page.title })} onClose=${onClose}>
    <p>${s.say(began ? "move.end_text" : "move.end_text_unbegun")}</p>
    <div class="actions">
      <${Button} s=${s} kind="danger" icon="stop" label=${s.say("move.end_yes")} onClick=${() => void yes()} />
      <${Button} s=${s} label=${s.say("ground.no")} onClick=${onClose} />
    </div>
  <//>`;
}

/** What came up is one of two; either way there is no way back. @param {{s: Session, onClose: () => void}} props */
function Stop({ s, onClose }) {
  const stop = async (/** @type {string} */ ground) => {
    onClose();
    await s.ask("stop_here", { ground });
  };
  return html`<${Dialog} question=${s.say("stop.question")} onClose=${onClose}>
    <p>${s.say("stop.text")}</p>
    <div class="actions">
      ${["denunciation", "secret"].map((ground) => html`<${Button} key=${ground} s=${s} kind="danger" icon="stop" label=${s.say(`stop.${ground}`)} onClick=${() => void stop(ground)} />`)}
      <${Button} s=${s} label=${s.say("ground.no")} onClick=${onClose} />
    </div>
  <//>`;
}

/** Somebody needed is away: since when, and what the desk may do by now. @param {{s: Session}} props */
function Away({ s }) {
  const room = s.room.value;
  const [asked, ask] = useState("");
  const failure = room.view?.failure;
  const choices = choicesOf(room);
  if (!failure || (!choices.length && !failure.choice)) return null;
  const names = failure.missing.map((code) => room.view?.members.find((each) => each.member === code)?.name ?? code).join(", ");
  const time = length(Math.max(0, (roomNow(room, s.now.value) - Date.parse(failure.since)) / 1000));
  const isPhone = failure.choice === "telephone" && s.page.citizenPhone;
  const press = (/** @type {string} */ choice) =>
    choice === "adjourn" || choice === "paper" ? ask(choice) : void s.ask("choose", { choice, ground: "" });
  return html`<div class="room__away" role="group" aria-label=${s.say("away.label")}>
    <p>${s.say("away.since", { names, time })} ${failure.choice ? s.say(`away.chosen_${failure.choice}`) : s.say(`away.rung_${failure.rung}`)}
      ${isPhone && html` <a href=${`tel:${s.page.citizenPhone.replace(/\s/g, "")}`}>${s.page.citizenPhone}</a>`}</p>
    ${choices.map((choice) => html`<${Button} key=${choice} s=${s} small kind=${choice === "paper" || choice === "adjourn" ? "danger-quiet" : "secondary"}
      label=${s.say(`away.${choice}`)} onClick=${() => press(choice)} />`)}
    ${asked && html`<${GroundDialog} s=${s} kind="danger" question=${s.say(`away.${asked}_question`)} text=${s.say(`away.${asked}_text`)}
      yes=${s.say(`away.${asked}`)} onClose=${() => ask("")}
      onYes=${(/** @type {string} */ ground) => s.ask("choose", { choice: asked, ground })} />`}
  </div>`;
}
