/** Small pieces every part of the room is made of. */

import { h } from "preact";
import { useEffect, useRef } from "preact/hooks";
import htm from "htm";

export const html = htm.bind(h);

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../wire.js").Member} Member */

/** @param {{s: Session, name: string, size?: string}} props */
export function Icon({ s, name, size }) {
  return html`<svg class=${`icon${size ? ` icon--${size}` : ""}`} aria-hidden="true" focusable="false">
    <use href=${`${s.page.icons}#${name}`}></use>
  </svg>`;
}

/** @param {{s: Session, label: string, icon?: string, kind?: string, busy?: boolean, onClick: () => void, small?: boolean}} props */
export function Button({ s, label, icon, kind = "secondary", busy = false, small = false, onClick }) {
  return html`<button
    type="button"
    class=${`button button--${kind}${small ? " button--small" : ""}`}
    aria-disabled=${busy ? "true" : undefined}
    onClick=${() => !busy && onClick()}
  >
    ${icon && html`<${Icon} s=${s} name=${icon} />`}<span>${label}</span>
  </button>`;
}

/** Two letters that stand for a face: given name last, as Vietnamese names go. @param {string} name */
export function initials(name) {
  const words = name.trim().split(/\s+/);
  const [first, last] = [words[0] ?? "", words.at(-1) ?? ""];
  return (words.length > 1 ? (first[0] ?? "") + (last[0] ?? "") : first.slice(0, 1)).toUpperCase();
}

/**
 * `version` changes when the stream's tracks do; `onFrame` is called once there is something to see.
 *
 * @param {{stream: MediaStream | null, version: number, onFrame?: () => void}} props
 */
export function Picture({ stream, version, onFrame }) {
  const place = useRef(/** @type {HTMLVideoElement | null} */ (null));
  useEffect(() => {
    const video = place.current;
    if (!video) return;
    if (video.srcObject !== stream) video.srcObject = stream;
    void video.play().catch(() => {});
  }, [stream, version]);
  return html`<video ref=${place} autoplay playsinline muted tabindex="-1" aria-hidden="true" onLoadedData=${onFrame} />`;
}

/**
 * A question over everything; Escape and a press beside it mean no.
 *
 * @param {{question: string, onClose: () => void, children?: any, wide?: boolean}} props
 */
export function Dialog({ question, onClose, children, wide = false }) {
  const place = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const before = document.activeElement;
    place.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = (/** @type {Event} */ event) => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog
    ref=${place}
    class=${wide ? "dialog--wide" : undefined}
    aria-labelledby="dialog-question"
    onCancel=${close}
    onClick=${(/** @type {MouseEvent} */ event) => event.target === place.current && onClose()}
  >
    <p class="dialog__question" id="dialog-question">${question}</p>
    ${children}
  </dialog>`;
}

/** @param {{s: Session, kind?: string, icon?: string, title?: string, text?: string, children?: any}} props */
export function Notice({ s, kind = "info", icon, title, text, children }) {
  const drawing = icon ?? { info: "info", ok: "check-circle", warn: "alert-triangle", danger: "alert-triangle" }[kind] ?? "info";
  return html`<div class=${`notice notice--${kind}`}>
    <${Icon} s=${s} name=${drawing} />
    <div class="notice__body">
      ${title && html`<p class="notice__title">${title}</p>`} ${text && html`<p>${text}</p>`} ${children}
    </div>
  </div>`;
}

/** @param {{s: Session}} props */
export function Telephone({ s }) {
  if (!s.page.phone) return null;
  return html`<p class="contact__line">
    <${Icon} s=${s} name="phone" />
    <span>${s.say("phone.label", { unit: s.page.unit })} <a class="contact__phone" href=${`tel:${s.page.phone.replace(/\s/g, "")}`}>${s.page.phone}</a></span>
  </p>`;
}
