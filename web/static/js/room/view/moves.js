/** The chair's moves: what comes next as a sentence, the buttons for it, the irreversible ones apart. */

import { useState } from "preact/hooks";
import { gateOf, isAsking, movesOf } from "../derive.js";
import { GroundDialog } from "./ground.js";
import { Button, Dialog, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {{move: string, kind: "primary" | "secondary" | "apart", ground: boolean}} Move */

const ICONS = /** @type {Record<string, string>} */ ({
  recording_start: "record", begin: "play", resume: "play", pause: "pause", read_back_on: "file-text",
  read_back_off: "x", recording_stop: "stop", recording_waive: "circle", end: "stop",
});

/** @param {{s: Session}} props */
export function Moves({ s }) {
  const [open, setOpen] = useState(/** @type {Move | null} */ (null));
  const moves = movesOf(s.room.value);
  const press = (/** @type {Move} */ move) => {
    if (move.ground || move.move === "end") setOpen(move);
    else if (move.move === "read_back_on") void s.readBack();
    else void s.ask(...commandOf(move.move));
  };
  const row = (/** @type {boolean} */ isApart) => moves.filter((each) => (each.kind === "apart") === isApart).map((each) => html`<${Button}
    key=${each.move} s=${s} kind=${kindOf(each)} icon=${ICONS[each.move]}
    label=${s.say(`move.${each.move}`)} busy=${isAsking(s.room.value, commandOf(each.move)[0])}
    onClick=${() => press(each)} />`);
  const apart = row(true);
  return html`<div class="room__moves" role="group" aria-label=${s.say("move.group")}>
      <${Next} s=${s} />
      ${row(false)}
    </div>
    ${apart.length > 0 && html`<div class="room__moves room__moves--apart" role="group" aria-label=${s.say("move.apart")}>${apart}</div>`}
    ${open && html`<${Asked} s=${s} move=${open} onClose=${() => setOpen(null)} />`}`;
}

/** @param {Move} move */
function kindOf(move) {
  if (move.kind !== "apart") return move.kind;
  return move.move === "end" ? "danger-quiet" : "quiet";
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
  const key = gate === "begun" ? `next.${phase}` : `next.${gate}`;
  return html`<p class="moves__next">${s.say(key)}</p>`;
}

/** @param {{s: Session, move: Move, onClose: () => void}} props */
function Asked({ s, move, onClose }) {
  const name = move.move;
  if (move.ground) {
    return html`<${GroundDialog} s=${s} kind=${name === "pause" ? "primary" : "danger"}
      question=${s.say(`move.${name}_question`)} text=${s.say(`move.${name}_text`)} yes=${s.say(`move.${name}_yes`)}
      onClose=${onClose} onYes=${(/** @type {string} */ ground) => s.ask(name, { ground })} />`;
  }
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
