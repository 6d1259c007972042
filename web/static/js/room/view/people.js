/** Left of the desk: who waits, one button each; who is here, how they are heard and connected. */

import { useState } from "preact/hooks";
import { isAsking, may, others, spokenOf } from "../derive.js";
import { length } from "../../lib/time.js";
import { Board } from "./board.js";
import { AskAside } from "./aside.js";
import { GroundDialog } from "./ground.js";
import { Button, Icon, html, initials } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../wire.js").Member} Member */

/** @param {{s: Session}} props */
export function People({ s }) {
  const room = s.room.value;
  const waiting = room.view?.waiting ?? [];
  const here = others(room);
  const [asked, ask] = useState(/** @type {{command: string, member: Member} | null} */ (null));
  return html`<section class="room__people" aria-label=${s.say("people.label")}>
    ${may(room, "admit") && html`
      <h2 class="present__title"><span>${s.say("people.waiting")}</span><span class="count">${waiting.length}</span></h2>
      ${waiting.length
        ? html`<ul class="present">${waiting.map((each) => html`<${Waiter} key=${each.member} s=${s} member=${each} ask=${ask} />`)}</ul>`
        : html`<p class="soft">${s.say("people.nobody_waits")}</p>`}`}
    <h2 class="present__title"><span>${s.say("people.here")}</span><span class="count">${here.length + 1}</span></h2>
    <ul class="present">
      <${Myself} s=${s} />
      ${here.map((each) => html`<${One} key=${each.member} s=${s} member=${each} ask=${ask} />`)}
    </ul>
    <${Board} s=${s} />
    ${asked && html`<${GroundDialog} s=${s}
      question=${s.say(`people.${asked.command}_question`, { name: asked.member.name })}
      text=${s.say(`people.${asked.command}_text`)}
      yes=${s.say(`people.${asked.command}`)}
      onClose=${() => ask(null)}
      onYes=${(/** @type {string} */ ground) => s.ask(asked.command, { member: asked.member.member, ground })}
    />`}
  </section>`;
}

/** @param {{s: Session, member: Member, note?: string}} props */
function Person({ s, member, note }) {
  const about = [member.title || s.say(`role.${member.role}`), s.say(`site.${member.site}`)];
  return html`<div class="person">
    <span class="person__initials" aria-hidden="true">${initials(member.name)}</span>
    <span class="person__words">
      <span class="person__name">${member.name}${note && ` ${note}`}</span>
      <span class="person__title">${about.join(" · ")}</span>
      ${member.people.length > 0 && html`<span class="person__note">${s.say("people.with", { names: member.people.map((each) => each.name).join(", ") })}</span>`}
    </span>
  </div>`;
}

/** @param {{s: Session, member: Member, ask: (asked: {command: string, member: Member}) => void}} props */
function Waiter({ s, member, ask }) {
  const busy = isAsking(s.room.value, "admit");
  return html`<li class="present__one present__one--waiting" data-member=${member.member}>
    <${Person} s=${s} member=${member} />
    <p class="present__about">
      <span>${s.say(member.acknowledged ? "people.acknowledged" : "people.not_acknowledged")}</span>
      ${member.link === "lost" && html`<span>${s.say("people.away")}</span>`}
      <${Doubled} s=${s} member=${member.member} />
    </p>
    <div class="present__moves" role="group" aria-label=${member.name}>
      <${Button} s=${s} small kind="primary" icon="user-check" busy=${busy} label=${s.say("people.admit")} onClick=${() => void s.ask("admit", { member: member.member })} />
      <${Button} s=${s} small kind="quiet" label=${s.say("people.refuse")} onClick=${() => ask({ command: "refuse", member })} />
    </div>
  </li>`;
}

/** @param {{s: Session}} props */
function Myself({ s }) {
  const room = s.room.value;
  const me = room.view?.members.find((each) => each.member === room.me?.member);
  const quality = s.quality.value;
  if (!me) return null;
  return html`<li class="present__one">
    <${Person} s=${s} member=${me} note=${s.say("people.me")} />
    <p class="present__about"><span>${s.say(quality ? `link.${quality}` : "link.unknown")}</span><${Spoke} s=${s} member=${me.member} /><${Doubled} s=${s} member=${me.member} /></p>
  </li>`;
}

/** @param {{s: Session, member: Member, ask: (asked: {command: string, member: Member}) => void}} props */
function One({ s, member, ask }) {
  const room = s.room.value;
  const isLost = member.status === "lost";
  const link = isLost ? "lost" : member.status === "admitted" ? "coming" : member.link;
  const bad = link === "bad" || link === "lost";
  const isHeard = member.role !== "observer" && member.status === "connected";
  return html`<li class="present__one" data-member=${member.member}>
    <${Person} s=${s} member=${member} />
    <p class="present__about">
      <span class=${bad ? "present__bad" : ""}><${Icon} s=${s} name=${bad ? "wifi-off" : "wifi"} size="small" /> ${s.say(`link.${link}`)}</span>
      ${isHeard && html`<span><${Icon} s=${s} name=${member.mic ? "mic" : "mic-off"} size="small" /> ${s.say(member.mic ? "mark.mic_on" : "mark.mic_off")}</span>`}
      ${isHeard && html`<span><${Icon} s=${s} name=${member.screen ? "share" : member.camera ? "camera" : "camera-off"} size="small" /> ${s.say(member.screen ? "mark.screen" : member.camera ? "mark.camera_on" : "mark.camera_off")}</span>`}
      ${isHeard && !member.watching && html`<span><${Icon} s=${s} name="camera-off" size="small" /> ${s.say("mark.hears_only")}</span>`}
      <${Spoke} s=${s} member=${member.member} />
      ${room.view?.floor === member.member && html`<span class="present__hand">${s.say("mark.floor")}</span>`}
      <${Doubled} s=${s} member=${member.member} />
      ${member.locked && html`<span>${s.say("mark.locked")}</span>`}
      ${member.hand && html`<span class="present__hand"><${Icon} s=${s} name="hand" size="small" /> ${handOf(s, member)}</span>`}
      ${!member.acknowledged && html`<span class="present__bad">${s.say("people.not_acknowledged")}</span>`}
    </p>
    <${AskAside} s=${s} member=${member} />
    ${member.role !== "chair" && html`<${PersonMoves} s=${s} member=${member} isHeard=${isHeard} ask=${ask} />`}
  </li>`;
}

/** What is pressed often stands there; the rest, with its consequences, one press further. @param {{s: Session, member: Member, isHeard: boolean, ask: (asked: {command: string, member: Member}) => void}} props */
function PersonMoves({ s, member, isHeard, ask }) {
  const room = s.room.value;
  const mayMute = isHeard && may(room, "mute_others");
  const mayRemove = may(room, "remove");
  if (!mayMute && !mayRemove) return null;
  return html`<div class="present__moves" role="group" aria-label=${member.name}>
    ${mayMute && member.mic && html`<${Button} s=${s} small icon="mic-off" label=${s.say("people.mute")} onClick=${() => void s.ask("mute", { member: member.member, kind: "audio" })} />`}
    ${mayMute && html`<${Floor} s=${s} member=${member} />`}
    <details class="present__more">
      <summary class="button button--quiet button--small">${s.say("people.more")}</summary>
      <div class="present__rest">
        ${mayMute && html`<${Lock} s=${s} member=${member} />`}
        ${mayRemove && ["send_to_wait", "remove"].map((command) => html`<${Button} key=${command} s=${s} small kind="quiet" label=${s.say(`people.${command}`)} onClick=${() => ask({ command, member })} />`)}
      </div>
    </details>
  </div>`;
}

/** The same person on a second device, or somebody who has their link. @param {{s: Session, member: string}} props */
function Doubled({ s, member }) {
  if (!s.room.value.view?.doubled.includes(member)) return null;
  return html`<span class="present__bad">${s.say("people.doubled")}</span>`;
}

/** How long somebody has spoken, so that everybody gets a fair part of the time. @param {{s: Session, member: string}} props */
function Spoke({ s, member }) {
  const seconds = spokenOf(s.room.value, member);
  return seconds ? html`<span>${s.say("people.spoke", { time: length(seconds) })}</span>` : null;
}

/** Whose turn it is among raised hands. @param {Session} s @param {Member} member */
function handOf(s, member) {
  const hands = s.room.value.view?.hands ?? [];
  if (hands.length < 2) return s.say("mark.hand");
  return s.say("mark.hand_place", { number: hands.indexOf(member.member) + 1 });
}

/** @param {{s: Session, member: Member}} props */
function Floor({ s, member }) {
  const hasFloor = s.room.value.view?.floor === member.member;
  return html`<${Button} s=${s} small label=${s.say(hasFloor ? "people.floor_back" : "people.floor")}
    onClick=${() => void s.ask("floor", { member: hasFloor ? null : member.member })} />`;
}

/** @param {{s: Session, member: Member}} props */
function Lock({ s, member }) {
  const lock = () => void s.ask("mute", { member: member.member, kind: "audio", lock: !member.locked });
  return html`<${Button} s=${s} small kind="quiet" label=${s.say(member.locked ? "people.unlock" : "people.lock")} onClick=${lock} />`;
}
