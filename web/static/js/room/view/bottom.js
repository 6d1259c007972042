/** The few controls, always with their words, and the questions they ask. */

import { useEffect, useState } from "preact/hooks";
import { controlsOf, listenForKeys } from "../controls.js";
import { openTyping } from "./captions.js";
import { HandIn } from "./handing.js";
import { Button, Dialog, Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

/** @param {{s: Session}} props */
export function Controls({ s }) {
  const [isLeaving, setLeaving] = useState(false);
  const [isHanding, setHanding] = useState(false);
  const asks = { askLeave: () => setLeaving(true), askPapers: () => setHanding(true), type: (/** @type {boolean} */ isByKey) => openTyping(s, isByKey) };
  useEffect(() => listenForKeys(() => controlsOf(s, asks)), [s]);
  return html`<div class="controls" role="group" aria-label=${s.say("control.group")}>
      ${controlsOf(s, asks).filter((each) => !each.isKeyOnly).map((each) => html`<button
        key=${each.name}
        type="button"
        class=${`control${each.isOff ? " control--off" : ""}${each.name === "leave" ? " control--leave" : ""}`}
        aria-pressed=${each.name === "hand" ? String(each.isPressed) : undefined}
        aria-keyshortcuts=${`Alt+${each.key}`}
        title=${s.say("control.key", { word: s.say(each.word), key: each.key })}
        onClick=${() => each.act(false)}
      >
        <${Icon} s=${s} name=${each.icon} /><span>${s.say(each.word)}</span>
      </button>`)}
    </div>
    ${isHanding && html`<${HandIn} s=${s} onClose=${() => setHanding(false)} />`}
    ${isLeaving && html`<${Leave} s=${s} onClose=${() => setLeaving(false)} />`}`;
}

/** @param {{s: Session, onClose: () => void}} props */
function Leave({ s, onClose }) {
  return html`<${Dialog} question=${s.say("leave.question")} onClose=${onClose}>
    <p>${s.say("leave.text")}</p>
    <div class="actions">
      <${Button} s=${s} kind="danger" icon="leave" label=${s.say("leave.yes")} onClick=${() => void s.leave()} />
      <${Button} s=${s} label=${s.say("leave.no")} onClick=${onClose} />
    </div>
  <//>`;
}
