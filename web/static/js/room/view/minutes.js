/** The minutes at the desk: six fields that save themselves; two texts side by side when two wrote. */

import { useEffect, useState } from "preact/hooks";
import { may } from "../derive.js";
import { FIELDS } from "../minutes.js";
import { timeOfDay } from "../../lib/time.js";
import { Button, Icon, Notice, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

/** @param {{s: Session}} props */
export function MinutesPanel({ s }) {
  s.minutesAt.value;
  const minutes = s.minutes;
  useEffect(() => {
    const warn = (/** @type {BeforeUnloadEvent} */ event) => minutes?.hasUnsaved && event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [minutes]);
  if (!minutes) return null;
  if (!minutes.view) {
    if (!minutes.trouble) return html`<p class="soft">${s.say("minutes.reading")}</p>`;
    return html`<${Notice} s=${s} kind="warn" title=${s.say("minutes.not_read")}>
      <${Button} s=${s} small icon="refresh" label=${s.say("minutes.again")} onClick=${() => void minutes.read()} />
    <//>`;
  }
  const mayEdit = minutes.view.may.edit ?? false;
  const isShown = ["read_back", "contested"].includes(minutes.view.state);
  return html`${!mayEdit && html`<p class="soft">${s.say(isShown ? "minutes.shown" : minutes.view.state.startsWith("draft") ? "minutes.reads_only" : "minutes.fixed")}</p>`}
    ${isShown && may(s.room.value, "read_back") && html`<div class="actions">
      <${Button} s=${s} small icon="edit" label=${s.say("minutes.redraft")} onClick=${() => void minutes.redraft().catch(() => minutes.read())} />
    </div>`}
    ${FIELDS.map((field) => html`<${Field} key=${field} s=${s} field=${field} mayEdit=${mayEdit} />`)}`;
}

/** @param {{s: Session, field: string, mayEdit: boolean}} props */
function Field({ s, field, mayEdit }) {
  s.minutesAt.value;
  const minutes = /** @type {import("../minutes.js").Minutes} */ (s.minutes);
  const draft = minutes.drafts[field];
  const written = minutes.view?.fields[field];
  const id = `minutes-${field}`;
  const label = s.say(`minutes.${field}`);
  if (!mayEdit) {
    return html`<div><h3 class="field__label">${label}</h3>
      ${written?.words ? html`<p class="minutes__words">${written.words}</p>` : html`<p class="soft">${s.say("minutes.empty")}</p>`}
      ${written?.changed_by && html`<p class="field__hint">${changed(s, written)}</p>`}
      ${draft && html`<${Notice} s=${s} kind="warn" title=${s.say("minutes.held")} text=${draft.words} />`}</div>`;
  }
  if (draft?.state === "stale" && draft.theirs) return html`<${Merge} s=${s} field=${field} label=${label} />`;
  return html`<div class="field">
    <label class="field__label" for=${id}>${label}</label>
    <textarea class="input input--area" id=${id} rows="4" value=${minutes.words(field)} aria-describedby=${`${id}-state`}
      onInput=${(/** @type {Event} */ event) => minutes.type(field, /** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}
      onBlur=${() => void minutes.save(field)}></textarea>
    <p class=${`saved${draft?.state === "unsent" ? " saved--failed" : ""}`} id=${`${id}-state`}>
      ${draft?.state === "unsent" && html`<${Icon} s=${s} name="alert-triangle" size="small" />`}
      <span>${draft ? s.say(`minutes.${draft.state}`) : written?.words ? changed(s, written) : ""}</span>
    </p>
  </div>`;
}

/** @param {Session} s @param {import("../minutes_wire.js").Written} written */
function changed(s, written) {
  if (!written.changed_at) return s.say("minutes.kept");
  const time = timeOfDay(new Date(written.changed_at));
  return written.changed_by ? s.say("minutes.kept_by", { time, name: written.changed_by }) : s.say("minutes.kept_at", { time });
}

/** @param {{s: Session, field: string, label: string}} props */
function Merge({ s, field, label }) {
  const minutes = /** @type {import("../minutes.js").Minutes} */ (s.minutes);
  const draft = minutes.drafts[field];
  const theirs = draft?.theirs;
  const [words, setWords] = useState(draft?.words ?? "");
  if (!draft || !theirs) return null;
  const edit = (/** @type {string} */ text) => {
    setWords(text);
    minutes.type(field, text);
  };
  return html`<div class="merge" role="group" aria-label=${label}>
    <p class="field__label">${label}</p>
    <p class="field__error"><${Icon} s=${s} name="alert-triangle" size="small" />
      <span>${theirs.changed_by ? s.say("merge.why_by", { name: theirs.changed_by }) : s.say("merge.why")}</span></p>
    <div class="merge__two">
      <div>
        <p class="field__hint" id=${`theirs-${field}`}>${s.say("merge.theirs")}</p>
        <div class="merge__theirs" tabindex="0" role="group" aria-labelledby=${`theirs-${field}`}>${theirs.words}</div>
      </div>
      <div>
        <label class="field__hint" for=${`mine-${field}`}>${s.say("merge.mine")}</label>
        <textarea class="input input--area" id=${`mine-${field}`} rows="6" value=${words}
          onInput=${(/** @type {Event} */ event) => edit(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea>
      </div>
    </div>
    <div class="actions">
      <${Button} s=${s} small kind="primary" label=${s.say("merge.keep_mine")} onClick=${() => minutes.merge(field, words)} />
      <${Button} s=${s} small label=${s.say("merge.both")} onClick=${() => edit(`${theirs.words}\n${words}`)} />
      <${Button} s=${s} small kind="quiet" label=${s.say("merge.take_theirs")} onClick=${() => minutes.merge(field, theirs.words)} />
    </div>
  </div>`;
}
