/** The minutes read back: large, one paragraph after the other; the citizen answers each and then confirms. */

import { useEffect, useRef, useState } from "preact/hooks";
import { FIELDS, textOf } from "../minutes.js";
import { Button, Icon, Notice, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {{field: string, paragraph: import("../minutes_wire.js").Paragraph, answer: import("../minutes_wire.js").ParagraphAnswer | null}} Part */

/** @param {Session} s @returns {Part[]} */
function partsOf(s) {
  const view = s.minutes?.view;
  if (!view) return [];
  return FIELDS.flatMap((field) => (view.paragraphs[field] ?? []).map((paragraph) => ({
    field,
    paragraph,
    answer: view.answers.find((each) => each.field === field && each.paragraph === paragraph.paragraph) ?? null,
  })));
}

/** @param {{s: Session}} props */
export function ReadBack({ s }) {
  s.minutesAt.value;
  const view = s.minutes?.view;
  const parts = partsOf(s);
  const mayAnswer = view?.may.answer ?? false;
  const isOwn = s.room.value.me?.role === "citizen";
  const now = mayAnswer ? (parts.find((each) => !each.answer) ?? null) : null;
  const next = now ? `${now.field}-${now.paragraph.paragraph}` : "";
  const place = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    // What is to be answered next comes into sight by itself; who only watches scrolls as they like.
    if (mayAnswer && isOwn) place.current?.querySelector(".readback__now, .next")?.scrollIntoView({ block: "center" });
  }, [next, mayAnswer]);
  if (!view) return html`<div class="readback"><p>${s.say("minutes.reading")}</p></div>`;
  return html`<section class="readback" ref=${place} aria-labelledby="readback-title" tabindex="0">
    <h2 id="readback-title">${s.say("readback.title")}</h2>
    <p class="soft">${s.say(isOwn && mayAnswer ? "readback.how" : mayAnswer ? "readback.how_desk" : "readback.watch")}</p>
    ${!parts.length && html`<p>${s.say("readback.empty")}</p>`}
    ${parts.map((each, at) => html`
      ${each.field !== parts[at - 1]?.field && html`<h3 key=${each.field}>${s.say(`minutes.${each.field}`)}</h3>`}
      <${Paragraph} key=${`${each.field}-${each.paragraph.paragraph}`} s=${s} part=${each} isNow=${each === now} mayAnswer=${mayAnswer} />`)}
    ${mayAnswer && parts.length > 0 && !now && html`<${Confirm} s=${s} isOwn=${isOwn} />`}
    ${!mayAnswer && view.method && html`<${Notice} s=${s} kind="ok" title=${s.say(`readback.method_${view.method}`)} />`}
  </section>`;
}

/** @param {{s: Session, part: Part, isNow: boolean, mayAnswer: boolean}} props */
function Paragraph({ s, part, isNow, mayAnswer }) {
  const { paragraph, answer } = part;
  const [isAgain, setAgain] = useState(false);
  return html`<div class=${`readback__part${isNow ? " readback__now" : ""}`}>
    <p class="minutes__words">${paragraph.words}</p>
    ${answer && !isAgain && html`<p class=${`readback__answer readback__answer--${answer.answer}`}>
      <${Icon} s=${s} name=${answer.answer === "agree" ? "check-circle" : "message"} size="small" />
      <span>${answer.answer === "agree" ? s.say("readback.agreed") : s.say("readback.objected", { words: answer.objection ?? "" })}</span>
    </p>
    ${mayAnswer && html`<${Button} s=${s} small kind="quiet" label=${s.say("readback.change")} onClick=${() => setAgain(true)} />`}`}
    ${mayAnswer && (isNow || isAgain) && html`<${Answer} s=${s} part=${part} onDone=${() => setAgain(false)} />`}
  </div>`;
}

/** @param {{s: Session, part: Part, onDone: () => void}} props */
function Answer({ s, part, onDone }) {
  const { field, paragraph } = part;
  const whose = s.room.value.me?.role === "citizen" ? "" : "_desk";
  const id = `objection-${field}-${paragraph.paragraph}`;
  const [isObjecting, setObjecting] = useState(false);
  const [words, setWords] = useState("");
  const [trouble, setTrouble] = useState("");
  const [isBusy, setBusy] = useState(false);
  const send = async (/** @type {"agree" | "object"} */ answer) => {
    if (answer === "object" && !words.trim()) return setTrouble(s.say("readback.objection_missing"));
    setBusy(true);
    try {
      await s.minutes?.answer(field, paragraph, answer, answer === "object" ? words.trim() : "");
      onDone();
    } catch (error) {
      setTrouble(textOf(error) || s.say("readback.not_sent"));
      void s.minutes?.read();
    }
    setBusy(false);
  };
  return html`<div class="readback__moves">
    ${isObjecting && html`<div class="field">
      <label class="field__label" for=${id}>${s.say(`readback.objection${whose}`)}</label>
      <textarea class="input input--area" id=${id} rows="3" maxlength="2000" value=${words}
        onInput=${(/** @type {Event} */ event) => setWords(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea>
    </div>`}
    ${trouble && html`<p class="field__error" role="alert"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${trouble}</span></p>`}
    <div class="actions">
      ${isObjecting
        ? html`<${Button} s=${s} kind="primary" busy=${isBusy} label=${s.say("readback.send_objection")} onClick=${() => void send("object")} />
            <${Button} s=${s} label=${s.say("ground.no")} onClick=${() => setObjecting(false)} />`
        : html`<${Button} s=${s} kind="primary" icon="check" busy=${isBusy} label=${s.say(`readback.agree${whose}`)} onClick=${() => void send("agree")} />
            <${Button} s=${s} icon="message" label=${s.say(`readback.object${whose}`)} onClick=${() => setObjecting(true)} />`}
    </div>
  </div>`;
}

/** Everything is answered: how the citizen stands by it. @param {{s: Session, isOwn: boolean}} props */
function Confirm({ s, isOwn }) {
  const view = s.minutes?.view;
  const [code, setCode] = useState("");
  const [ground, setGround] = useState("");
  const [mode, setMode] = useState(/** @type {"" | "refused" | "one_time_code"} */ (""));
  const [trouble, setTrouble] = useState("");
  if (view?.method) return html`<${Notice} s=${s} kind="ok" title=${s.say(`readback.method_${view.method}`)} />`;
  const send = async (/** @type {"spoken" | "one_time_code" | "refused"} */ method) => {
    try {
      await s.minutes?.confirm({ method, ...(method === "one_time_code" ? { code } : {}), ...(method === "refused" ? { ground } : {}) });
    } catch (error) {
      setTrouble(textOf(error) || s.say("readback.not_sent"));
    }
  };
  const byCode = async () => {
    setMode("one_time_code");
    try {
      await s.minutes?.sendCode();
    } catch (error) {
      setTrouble(textOf(error) || s.say("readback.not_sent"));
    }
  };
  const whose = isOwn ? "" : "_desk";
  const text = (/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.currentTarget).value;
  return html`<div class="next">
    <h3 class="next__title">${s.say("readback.confirm")}</h3>
    <p>${s.say(`readback.confirm_text${whose}`)}</p>
    ${trouble && html`<p class="field__error" role="alert"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${trouble}</span></p>`}
    ${mode === "one_time_code" && html`<div class="field"><label class="field__label" for="one-time-code">${s.say("readback.code")}</label>
      <input class="input input--8" id="one-time-code" inputmode="numeric" autocomplete="one-time-code" value=${code} onInput=${(/** @type {Event} */ event) => setCode(text(event))} /></div>`}
    ${mode === "refused" && html`<div class="field"><label class="field__label" for="refused-ground">${s.say("readback.refused_ground")}</label>
      <textarea class="input input--area" id="refused-ground" rows="3" value=${ground} onInput=${(/** @type {Event} */ event) => setGround(text(event))}></textarea></div>`}
    <div class="actions">
      ${mode === "" ? html`
        <${Button} s=${s} kind="primary" icon="speech" label=${s.say(`readback.spoken${whose}`)} onClick=${() => void send("spoken")} />
        ${isOwn && html`<${Button} s=${s} icon="message" label=${s.say("readback.by_code")} onClick=${() => void byCode()} />`}
        <${Button} s=${s} kind="quiet" label=${s.say(`readback.refuse${whose}`)} onClick=${() => setMode("refused")} />` : html`
        <${Button} s=${s} kind="primary" label=${s.say("readback.send")} onClick=${() => void send(mode)} />
        <${Button} s=${s} label=${s.say("ground.no")} onClick=${() => setMode("")} />`}
    </div>
  </div>`;
}
