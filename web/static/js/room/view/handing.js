/** Papers handed in: the citizen photographs and sends them, the desk takes or returns them. */

import { useRef, useState } from "preact/hooks";
import { timeOfDay } from "../../lib/time.js";
import { ACCEPT } from "../handing.js";
import { GroundDialog } from "./ground.js";
import { Button, Dialog, Icon, Notice, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../handing.js").Handing} Handing */
/** @typedef {import("../handing.js").Draft} Draft */
/** @typedef {import("../handing.js").Line} Line */

const OURS = new Set(["no_answer", "many", "large", "kind"]);
const MEGABYTE = 1024 * 1024;

/** @param {Session} s @param {string} trouble */
function troubled(s, trouble) {
  return OURS.has(trouble) ? s.say(`handing.${trouble}`, { limit: String(s.handing?.megabytes ?? 0) }) : trouble;
}

/** @param {{s: Session, onClose: () => void}} props */
export function HandIn({ s, onClose }) {
  s.papersAt.value;
  const handing = /** @type {Handing} */ (s.handing);
  const { sent, files, trouble, isSending } = handing;
  return html`<${Dialog} wide question=${s.say("handing.title")} onClose=${onClose}>
    <p>${s.say("handing.how", { limit: String(handing.megabytes) })}</p>
    ${sent && html`<div role="status"><${Notice} s=${s} kind="ok" title=${s.say("handing.sent")}>
      <p><a href=${sent.receipt} target="_blank" rel="noopener">${s.say("handing.receipt", { code: sent.code })}</a></p>
    <//></div>`}
    <${Choosing} s=${s} handing=${handing} />
    ${trouble && html`<p class="field__error" role="alert"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${troubled(s, trouble)}</span></p>`}
    ${handing.isWaiting && html`<p role="status">${s.say("handing.waiting")}</p>`}
    ${files.length > 0 && html`<ul class="upload__list">${files.map((each) => html`<${File} key=${each.key} s=${s} handing=${handing} one=${each} />`)}</ul>`}
    <div class="actions">
      ${files.length > 0 && html`<${Button} s=${s} kind="primary" icon="send" busy=${isSending} label=${s.say(isSending ? "handing.sending" : "handing.send", { count: String(files.length) })} onClick=${() => void handing.send()} />`}
      <${Button} s=${s} label=${s.say("handing.close")} onClick=${onClose} />
    </div>
    ${handing.lines.length > 0 && html`<h3 class="handing__earlier">${s.say("handing.earlier")}</h3>
      <ul class="upload__list">${handing.lines.map((line) => html`<li key=${line.code} class="upload__item">
        <${Icon} s=${s} name="file-check" />
        <span class="upload__about"><a href=${line.receipt} target="_blank" rel="noopener">${s.say("handing.receipt", { code: line.code })}</a><br />
          ${standing(s, line)}</span>
      </li>`)}</ul>`}
  <//>`;
}

/** @param {Session} s @param {Line} line */
function standing(s, line) {
  const facts = { time: timeOfDay(new Date(line.at)), by: line.by, ground: line.ground };
  return s.say(`handing.${line.state}`, facts);
}

/** @param {{s: Session, handing: Handing}} props */
function Choosing({ s, handing }) {
  const [camera, folder] = [useRef(/** @type {HTMLInputElement | null} */ (null)), useRef(/** @type {HTMLInputElement | null} */ (null))];
  const chosen = (/** @type {Event} */ event) => {
    const field = /** @type {HTMLInputElement} */ (event.currentTarget);
    handing.add([...(field.files ?? [])]);
    // The same page may be photographed again.
    field.value = "";
  };
  return html`<div class="actions">
    <${Button} s=${s} icon="camera" busy=${handing.isSending} label=${s.say("handing.photograph")} onClick=${() => camera.current?.click()} />
    <${Button} s=${s} icon="paperclip" busy=${handing.isSending} label=${s.say("handing.choose")} onClick=${() => folder.current?.click()} />
    <input ref=${camera} type="file" hidden accept="image/*" capture="environment" data-choose="camera" aria-label=${s.say("handing.photograph")} onChange=${chosen} />
    <input ref=${folder} type="file" hidden accept=${ACCEPT} multiple data-choose="folder" aria-label=${s.say("handing.choose")} onChange=${chosen} />
  </div>`;
}

/** @param {{s: Session, handing: Handing, one: Draft}} props */
function File({ s, handing, one }) {
  const size = Math.max(0.1, one.file.size / MEGABYTE).toLocaleString("vi-VN", { maximumFractionDigits: 1 });
  return html`<li class=${`upload__item${one.state === "failed" ? " upload__item--failed" : ""}`}>
    <${Icon} s=${s} name=${one.state === "kept" ? "check" : "file"} />
    <span class="upload__about">${one.file.name}<br /><span class="soft">${size} MB${one.state === "failed" ? ` · ${troubled(s, one.trouble)}` : ""}</span>
      ${one.state === "sending" && html`<progress max="1" value=${one.share} aria-label=${one.file.name}></progress>`}</span>
    ${!handing.isSending && html`<button type="button" class="upload__remove" aria-label=${s.say("handing.drop", { name: one.file.name })} onClick=${() => handing.drop(one.key)}><${Icon} s=${s} name="x" /></button>`}
  </li>`;
}

/** What arrived and waits for the desk, first; then what was decided. @param {{s: Session}} props */
export function Arrived({ s }) {
  s.papersAt.value;
  const [asked, ask] = useState("");
  const handing = s.handing;
  if (!handing?.lines.length) return null;
  const stopped = s.room.value.view?.phase === "stopped";
  const lines = [...handing.lines].sort((one, other) => Number(other.state === "arrived") - Number(one.state === "arrived"));
  return html`<h3>${s.say("arrived.title")}</h3>
    ${handing.trouble && html`<p class="field__error" role="alert"><${Icon} s=${s} name="alert-triangle" size="small" /><span>${troubled(s, handing.trouble)}</span></p>`}
    ${lines.map((line) => html`<div key=${line.code} class="arrived" data-hand-in=${line.code}>
      <p><strong>${line.name}</strong> – ${standing(s, line)}</p>
      <ul class="upload__list">${line.files.map((file) => html`<li key=${file.href || file.name} class="upload__item">
        ${file.picture && line.state === "arrived" ? html`<img class="arrived__picture" src=${file.picture} alt="" loading="lazy" />` : html`<${Icon} s=${s} name="file" />`}
        <span class="upload__about">${file.href ? html`<a href=${file.href} target="_blank" rel="noopener">${file.name}</a>` : file.name}<br /><span class="soft">${file.note}</span></span>
      </li>`)}</ul>
      ${line.state === "arrived" && html`<div class="actions">
        ${!stopped && html`<${Button} s=${s} small kind="primary" icon="check" busy=${handing.isSending} label=${s.say("arrived.accept")} onClick=${() => void handing.decide(line.code, "nhan")} />`}
        <${Button} s=${s} small kind="danger-quiet" icon="undo" busy=${handing.isSending} label=${s.say("arrived.return")} onClick=${() => ask(line.code)} />
      </div>`}
    </div>`)}
    ${asked && html`<${GroundDialog} s=${s} kind="danger" question=${s.say("arrived.return_question")} text=${s.say("arrived.return_text")}
      yes=${s.say("arrived.return")} onClose=${() => ask("")}
      onYes=${async (/** @type {string} */ ground) => {
        await handing.decide(asked, "tra", ground);
        return true;
      }} />`}`;
}

/** Tells the desk, whichever list lies on top. @param {{s: Session, onOpen: () => void}} props */
export function ArrivedNews({ s, onOpen }) {
  s.papersAt.value;
  const waiting = s.handing?.waiting ?? 0;
  return html`<div role="status">
    ${waiting > 0 && html`<div class="arrived__news"><span>${s.say("arrived.news", { count: String(waiting) })}</span>
      <${Button} s=${s} small label=${s.say("arrived.look")} onClick=${onOpen} /></div>`}
  </div>`;
}
