/** A question that wants a reason: without one there is no yes. */

import { useState } from "preact/hooks";
import { Button, Dialog, Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

/**
 * @param {{s: Session, question: string, text: string, yes: string, kind?: string,
 *   onYes: (ground: string) => Promise<boolean>, onClose: () => void}} props
 */
export function GroundDialog({ s, question, text, yes, kind = "primary", onYes, onClose }) {
  const [ground, setGround] = useState("");
  const [isMissing, setMissing] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const agree = async () => {
    if (!ground.trim()) {
      setMissing(true);
      document.getElementById("ground")?.focus();
      return;
    }
    setBusy(true);
    await onYes(ground.trim());
    onClose();
  };
  return html`<${Dialog} question=${question} onClose=${onClose}>
    ${text && html`<p>${text}</p>`}
    <div class=${`field${isMissing ? " field--error" : ""}`}>
      <label class="field__label" for="ground">${s.say("ground.label")}</label>
      ${isMissing && html`<p class="field__error" id="ground-error"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${s.say("ground.missing")}</span></p>`}
      <textarea
        class="input input--area" id="ground" rows="3" maxlength="500" required
        aria-invalid=${isMissing ? "true" : undefined} aria-describedby=${isMissing ? "ground-error" : undefined}
        value=${ground}
        onInput=${(/** @type {Event} */ event) => setGround(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}
      ></textarea>
    </div>
    <div class="actions">
      <${Button} s=${s} kind=${kind} busy=${isBusy} label=${yes} onClick=${() => void agree()} />
      <${Button} s=${s} label=${s.say("ground.no")} onClick=${onClose} />
    </div>
  <//>`;
}
