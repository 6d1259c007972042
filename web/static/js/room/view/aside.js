/** The private consultation: calling it, the question to whoever was asked, the way back. */

import { useState } from "preact/hooks";
import { asideOf, asidePanelOf, lastAnswerOf, namesOf, rulesOf, secondsToAnswer, standingOf } from "../aside.js";
import { isAsking, may } from "../derive.js";
import { Button, Dialog, Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../wire.js").Member} Member */

/** @param {{s: Session}} props */
export function Aside({ s }) {
  const panel = asidePanelOf(s.room.value);
  if (!panel) return null;
  if (panel === "invited") return html`<${Question} s=${s} />`;
  return html`<div class=${`aside aside--${panel}`} role="group" aria-label=${s.say("aside.label")}>
    <${Icon} s=${s} name="lock" />
    <p class="aside__words">${wordsOf(s, panel)}</p>
    <div class="aside__moves"><${Ways} s=${s} panel=${panel} /></div>
  </div>`;
}

/** @param {Session} s @param {string} panel */
function wordsOf(s, panel) {
  const room = s.room.value;
  const one = asideOf(room);
  if (!one) return "";
  const rule = s.say(`aside.${one.rule}`);
  const others = namesOf(room, one.members.filter((each) => each !== room.me?.member));
  if (panel === "calling") return `${s.say("aside.calling")} ${rule}`;
  if (panel === "accepted") return s.say("aside.accepted");
  if (panel === "leads") return s.say("aside.outside", { names: others });
  if (!one.ready) return s.say(one.rule === "sealed" ? "aside.not_ready_sealed" : "aside.not_ready", { names: others });
  return `${s.say("aside.inside", { names: others })} ${rule}`;
}

/** @param {{s: Session, panel: string}} props */
function Ways({ s, panel }) {
  const room = s.room.value;
  const ends = may(room, "consult");
  return html`
    ${panel === "accepted" && html`<${Button} s=${s} small label=${s.say("aside.no_more")} onClick=${() => void s.ask("consult_answer", { yes: false })} />`}
    ${panel === "inside" && !ends && html`<${Button} s=${s} kind="primary" icon="undo" busy=${isAsking(room, "consult_leave")}
      label=${s.say("aside.leave")} onClick=${() => void s.ask("consult_leave")} />`}
    ${ends && html`<${Button} s=${s} kind=${panel === "inside" ? "primary" : "secondary"} icon="undo" busy=${isAsking(room, "consult_end")}
      label=${s.say(panel === "calling" ? "aside.cancel" : "aside.end")} onClick=${() => void s.ask("consult_end")} />`}`;
}

/** Asked aside: who asks, why, whether it is recorded, and two answers. @param {{s: Session}} props */
function Question({ s }) {
  const room = s.room.value;
  const one = asideOf(room);
  if (!one) return null;
  const answer = (/** @type {boolean} */ yes) => void s.ask("consult_answer", { yes });
  const busy = isAsking(room, "consult_answer");
  return html`<section class="aside" aria-label=${s.say("aside.label")}>
    <div role="alert">
      <p class="aside__question">${s.say("aside.question", { name: namesOf(room, [one.host]) })}</p>
      <p>${one.ground ? s.say("aside.ground", { ground: one.ground }) : ""} ${s.say("aside.question_text")} ${s.say(`aside.${one.rule}`)}</p>
    </div>
    <div class="aside__moves">
      <${Button} s=${s} kind="primary" icon="check" busy=${busy} label=${s.say("aside.yes")} onClick=${() => answer(true)} />
      <${Button} s=${s} busy=${busy} label=${s.say("aside.no")} onClick=${() => answer(false)} />
      <span class="soft">${s.say("aside.seconds", { seconds: secondsToAnswer(room, s.now.value) })}</span>
    </div>
  </section>`;
}

/** Beside a person at the desk: ask them, or how they stand to it. @param {{s: Session, member: Member}} props */
export function AskAside({ s, member }) {
  const room = s.room.value;
  const standing = standingOf(room, member);
  const last = lastAnswerOf(room, member.member);
  if (!standing) return null;
  if (standing !== "ask") return html`<p class="present__about"><span class="present__hand">${s.say(`aside.person_${standing}`)}</span></p>`;
  return html`<div class="present__moves">
    ${last && html`<span class="present__bad">${s.say(`aside.person_${last}`)}</span>`}
    <${Button} s=${s} small kind="primary" icon="lock" label=${s.say("aside.ask")} onClick=${() => void s.ask("consult_invite", { member: member.member })} />
  </div>`;
}

/** How it is recorded, and why it is held. @param {{s: Session, onClose: () => void}} props */
export function CallAside({ s, onClose }) {
  const rules = rulesOf(s.room.value);
  const [rule, setRule] = useState(rules[0] ?? "recorded");
  const [ground, setGround] = useState("");
  const [isMissing, setMissing] = useState(false);
  const call = async () => {
    if (!ground.trim()) {
      setMissing(true);
      document.getElementById("aside-ground")?.focus();
      return;
    }
    onClose();
    await s.ask("consult", { rule, ground: ground.trim() });
  };
  return html`<${Dialog} question=${s.say("aside.call_question")} onClose=${onClose}>
    <p>${s.say("aside.call_text")}</p>
    <fieldset class="field">
      <legend class="field__label">${s.say("aside.rule")}</legend>
      ${rules.map((each) => html`<div class="choice" key=${each}>
        <input class="choice__box choice__box--radio" type="radio" name="aside-rule" id=${`aside-${each}`} checked=${each === rule} onChange=${() => setRule(each)} aria-describedby=${`aside-${each}-hint`} />
        <label class="choice__label" for=${`aside-${each}`}>${s.say(`aside.rule_${each}`)}</label>
        <span class="choice__hint" id=${`aside-${each}-hint`}>${s.say(`aside.rule_${each}_hint`)}</span>
      </div>`)}
    </fieldset>
    <div class=${`field${isMissing ? " field--error" : ""}`}>
      <label class="field__label" for="aside-ground">${s.say("aside.ground_label")}</label>
      ${isMissing && html`<p class="field__error" id="aside-ground-error"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${s.say("ground.missing")}</span></p>`}
      <textarea class="input input--area" id="aside-ground" rows="2" maxlength="500" required value=${ground}
        aria-invalid=${isMissing ? "true" : undefined} aria-describedby=${isMissing ? "aside-ground-error" : undefined}
        onInput=${(/** @type {Event} */ event) => setGround(/** @type {HTMLTextAreaElement} */ (event.currentTarget).value)}></textarea>
    </div>
    <div class="actions">
      <${Button} s=${s} kind="primary" icon="lock" label=${s.say("aside.call_yes")} onClick=${() => void call()} />
      <${Button} s=${s} label=${s.say("ground.no")} onClick=${onClose} />
    </div>
  <//>`;
}
