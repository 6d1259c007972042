/** Right of the desk, as tabs: the opening script, the minutes, the papers of the case. */

import { useRef, useState } from "preact/hooks";
import { timeOfDay } from "../../lib/time.js";
import { json } from "../../lib/http.js";
import { Arrived, ArrivedNews } from "./handing.js";
import { MinutesPanel } from "./minutes.js";
import { Button, Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {{code: string, words: string, done_at: string | null}} Line */

/** @param {{s: Session}} props */
export function Papers({ s }) {
  const tabs = [
    s.page.script.length > 0 && { name: "script", view: Script },
    s.minutes && { name: "minutes", view: MinutesPanel },
    { name: "papers", view: PaperList },
  ].filter((each) => each !== false && each !== null);
  const [open, setOpen] = useState(tabs[0]?.name ?? "papers");
  const bar = useRef(/** @type {HTMLDivElement | null} */ (null));
  const step = (/** @type {KeyboardEvent} */ event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = tabs.findIndex((each) => each.name === open);
    const next = tabs[(at + by + tabs.length) % tabs.length]?.name ?? open;
    setOpen(next);
    bar.current?.querySelector(/** @type {"button"} */ (`#tab-${next}`))?.focus();
  };
  return html`<section class="room__papers" aria-label=${s.say("papers.label")}>
    ${open !== "papers" && html`<${ArrivedNews} s=${s} onOpen=${() => setOpen("papers")} />`}
    <div class="tabs tabs__list" role="tablist" ref=${bar} onKeyDown=${step}>
      ${tabs.map(({ name }) => html`<button key=${name} type="button" role="tab" class="tab" id=${`tab-${name}`}
        aria-selected=${String(name === open)} aria-controls=${`panel-${name}`} tabindex=${name === open ? "0" : "-1"}
        onClick=${() => setOpen(name)}>${s.say(`papers.${name}`)}</button>`)}
    </div>
    ${tabs.map(({ name, view }) => html`<div key=${name} class="room__panel" role="tabpanel" id=${`panel-${name}`}
      aria-labelledby=${`tab-${name}`} hidden=${name !== open} tabindex="0"><${view} s=${s} /></div>`)}
  </section>`;
}

/** Each line is ticked when it was read out, and keeps its time. @param {{s: Session}} props */
function Script({ s }) {
  const [trouble, setTrouble] = useState(false);
  // What was pressed here stands until the office has answered; what the others pressed comes as news.
  const [pressed, press] = useState(/** @type {Record<string, string | null>} */ ({}));
  const lines = s.page.script.map((each) => ({ ...each, done_at: each.code in pressed ? (pressed[each.code] ?? null) : (s.ticks.value[each.code] ?? null) }));
  const tick = async (/** @type {Line} */ line) => {
    const done_at = line.done_at ? null : new Date(s.now.value).toISOString();
    press((before) => ({ ...before, [line.code]: done_at }));
    try {
      await json("POST", s.page.scriptUrl, { line: line.code, done: done_at !== null });
      await s.readTicks();
      setTrouble(false);
    } catch {
      setTrouble(true);
    }
    press(({ [line.code]: _, ...others }) => others);
  };
  return html`<p class="soft">${s.say("script.hint")}</p>
    ${trouble && html`<p class="field__error"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${s.say("script.not_kept")}</span></p>`}
    <ul class="script">
      ${lines.map((line) => html`<li key=${line.code} class=${`script__line${line.done_at ? " is-done" : ""}`}>
        <div class="choice">
          <input class="choice__box choice__box--checkbox" type="checkbox" id=${`line-${line.code}`} checked=${line.done_at !== null} onChange=${() => void tick(line)} />
          <label class="choice__label" for=${`line-${line.code}`}>${line.words}
            ${line.done_at && html` <span class="script__time">${timeOfDay(new Date(line.done_at))}</span>`}</label>
        </div>
      </li>`)}
    </ul>`;
}

/** @param {{s: Session}} props */
function PaperList({ s }) {
  s.papersAt.value;
  const { showing } = s;
  const files = showing?.files ?? [];
  return html`<${Arrived} s=${s} />
    <h3>${s.say("papers.of_case")}</h3>
    ${files.length === 0 && html`<p class="soft">${s.say("papers.none")}</p>`}
    <ul class="upload__list">
      ${files.map((each) => html`<li key=${each.file} class="upload__item">
        <${Icon} s=${s} name="file-text" />
        <span class="upload__about"><a href=${each.href} target="_blank" rel="noopener">${each.title}</a><br /><span class="soft">${each.why_not || each.note}</span></span>
        ${!each.why_not && html`<${Show} s=${s} file=${each} />`}
      </li>`)}
    </ul>
    ${files.length > 0 && html`<p class="soft">${s.say("papers.hint")}</p>`}`;
}

/** @param {{s: Session, file: import("../showing.js").CaseFile}} props */
function Show({ s, file }) {
  const showing = /** @type {import("../showing.js").Showing} */ (s.showing);
  const isShown = showing.shown?.file === file.file;
  const press = () => void (isShown ? showing.putAway() : showing.show(file.file, 1));
  return html`<${Button} s=${s} small icon=${isShown ? "x" : "monitor"} busy=${showing.isBusy}
    label=${s.say(isShown ? "showing.put_away" : "papers.show")} onClick=${press} />`;
}
