/** Captions under the picture, for whoever wants them; and the line in which they are typed. */

import { useEffect, useRef, useState } from "preact/hooks";
import { captionPlaceOf, LONGEST, lineOfText, linesNow, speakerOf, speakersOf } from "../captions.js";
import { Button, Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

/** @param {{s: Session, layout: string}} props */
export function Captions({ s, layout }) {
  const state = s.room.value;
  const now = s.now.value;
  const place = captionPlaceOf(state, { now, layout, isTyping: s.typing.value });
  if (place === "none") return null;
  if (place === "offer") {
    return html`<section class="captions captions--offer" aria-label=${s.say("captions.label")}>
      <p class="captions__question"><${Icon} s=${s} name="captions" />${s.say("captions.offer")}</p>
      <button type="button" class="captions__button captions__button--main" onClick=${() => s.showCaptions(true)}>${s.say("captions.show")}</button>
      <button type="button" class="captions__button" onClick=${() => s.showCaptions(false)}>${s.say("captions.no_need")}</button>
    </section>`;
  }
  // What is read aloud has to stand here, empty, before there is something to read.
  return html`<${Lines} s=${s} lines=${linesNow(state, now)} isAloud=${state.captions.choice === "on" && !s.typing.value} />`;
}

/** @param {{s: Session, lines: import("../wire.js").CaptionLine[], isAloud: boolean}} props */
function Lines({ s, lines, isAloud }) {
  const log = useRef(/** @type {HTMLDivElement | null} */ (null));
  const newest = lines.at(-1);
  useEffect(() => {
    const [box, last] = [log.current, log.current?.lastElementChild];
    // What is longer than its place is read from its beginning.
    if (box && last instanceof HTMLElement) box.scrollTop = last.offsetHeight > box.clientHeight ? last.offsetTop : box.scrollHeight;
  }, [newest?.number]);
  return html`<section class=${`captions${newest ? "" : " captions--empty"}${s.typing.value ? " captions--typing" : ""}`} aria-label=${s.say("captions.label")}>
    <div ref=${log} class="captions__lines" role="log" aria-live=${isAloud ? "polite" : "off"} aria-label=${s.say("captions.label")} tabindex=${newest ? "0" : undefined}>
      ${lines.map((each) => html`<p key=${each.number} class="captions__line"><b class="captions__who">${each.name}:</b> ${each.words}</p>`)}
    </div>
    ${newest && html`<div class="captions__below">
      <p class="captions__foot">${s.say("captions.foot", { name: newest.typist })}</p>
      <button type="button" class="captions__button" aria-label=${s.say("captions.hide_all")} onClick=${() => s.showCaptions(false)}>${s.say("captions.hide")}</button>
    </div>`}
  </section>`;
}

const WORDS = "typing-words";

/**
 * Open the line for typing, or close it; by its key one gets into it first, and back to where one was.
 *
 * @param {Session} s
 * @param {boolean} isByKey
 */
export function openTyping(s, isByKey) {
  const words = document.getElementById(WORDS);
  if (words && isByKey && document.activeElement !== words) words.focus();
  else s.typing.value = !s.typing.peek();
}

/** @param {{s: Session}} props */
export function Typing({ s }) {
  const state = s.room.value;
  const [typed, setTyped] = useState("");
  const [chosen, setChosen] = useState("");
  const [begun, setBegun] = useState("");
  const words = useRef(/** @type {HTMLInputElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    words.current?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const speaker = speakerOf(state, { chosen, begun });
  const byItself = speakerOf(state, { chosen: "", begun });
  const write = (/** @type {string} */ text) => {
    // Whoever begins to speak meanwhile does not get these words put into the mouth.
    if (!text.trim()) setBegun("");
    else if (!begun) setBegun(speaker?.member ?? "");
    setTyped(text);
  };
  const send = async (/** @type {Event} */ event) => {
    event.preventDefault();
    const line = lineOfText(typed);
    if (!speaker || !line) return;
    write("");
    // What was refused stands there again, unless the next line was begun.
    if (!(await s.ask("caption", { member: speaker.member, words: line }))) setTyped((now) => now || line);
  };
  return html`<form class="typing" aria-label=${s.say("typing.label")} onSubmit=${send}>
    <label class="visually-hidden" for="typing-of">${s.say("typing.of")}</label>
    <select class="input typing__of" id="typing-of" value=${chosen} onChange=${(/** @type {Event} */ event) => setChosen(/** @type {HTMLSelectElement} */ (event.currentTarget).value)}>
      ${byItself && html`<option value="">${s.say("typing.auto", { name: byItself.name })}</option>`}
      ${speakersOf(state).map((each) => html`<option key=${each.member} value=${each.member}>${each.name}</option>`)}
    </select>
    <input ref=${words} class="input typing__words" id=${WORDS} type="text" autocomplete="off" maxlength=${LONGEST} value=${typed}
      aria-label=${s.say("typing.words")} placeholder=${s.say("typing.words")} aria-describedby="typing-hint"
      onInput=${(/** @type {Event} */ event) => write(/** @type {HTMLInputElement} */ (event.currentTarget).value)} />
    <${Button} s=${s} kind="primary" small icon="send" label=${s.say("typing.send")} onClick=${() => words.current?.form?.requestSubmit()} />
    <p class="typing__hint" id="typing-hint">${s.say("typing.hint", { name: speaker?.name ?? "" })} <span class="typing__key">${s.say("typing.key")}</span></p>
  </form>`;
}
