/** Something does not work: one kind, a few words, and the technicians know. */

import { json } from "../../lib/http.js";
import { useState } from "preact/hooks";
import { Button, Notice, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

const KINDS = /** @type {const} */ (["sound", "picture", "line", "recording", "other"]);

/** @param {{s: Session}} props */
export function Incident({ s }) {
  const [kind, setKind] = useState("");
  const [words, setWords] = useState("");
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [stand, setStand] = useState(/** @type {"open" | "busy" | "told" | "lacking" | "failed"} */ ("open"));
  if (!s.page.incidentUrl) return null;
  const tell = async () => {
    if (!kind || (kind === "other" && !words.trim())) return setStand("lacking");
    setStand("busy");
    try {
      await json("POST", s.page.incidentUrl, { kind, words, key, link: s.quality.peek() ?? "" });
    } catch {
      return setStand("failed");
    }
    setStand("told");
    setKind("");
    setWords("");
    setKey(crypto.randomUUID());
  };
  return html`<details class="settings__incident">
    <summary>${s.say("incident.open")}</summary>
    <fieldset class="field">
      <legend class="field__label">${s.say("incident.kind")}</legend>
      <div class="choices choices--inline">
        ${KINDS.map((each) => html`<div class="choice" key=${each}>
          <input class="choice__box choice__box--radio" type="radio" name="incident-kind" id=${`incident-${each}`} checked=${kind === each} onChange=${() => setKind(each)} />
          <label class="choice__label" for=${`incident-${each}`}>${s.say(`incident.${each}`)}</label>
        </div>`)}
      </div>
    </fieldset>
    <div class="field">
      <label class="field__label" for="incident-words">${s.say("incident.words")}</label>
      <p class="field__hint" id="incident-hint">${s.say("incident.hint")}</p>
      <input class="input" id="incident-words" maxlength="300" aria-describedby="incident-hint" value=${words}
        onInput=${(/** @type {Event} */ event) => setWords(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
    </div>
    <div role="status">
      ${stand === "told" && html`<${Notice} s=${s} kind="ok" text=${s.say("incident.told")} />`}
      ${stand === "lacking" && html`<${Notice} s=${s} kind="warn" text=${s.say("incident.lacking")} />`}
      ${stand === "failed" && html`<${Notice} s=${s} kind="warn" text=${s.say("incident.failed")} />`}
    </div>
    <div class="actions"><${Button} s=${s} icon="tools" busy=${stand === "busy"} label=${s.say("incident.tell")} onClick=${() => void tell()} /></div>
  </details>`;
}
