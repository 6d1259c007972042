/**
 * A form that asks before it is sent. On the <form>: data-say-question (repeats the object), data-say-yes, data-say-no,
 * and data-say-text if more needs saying; data-kind="danger" colours the button.
 * For moves that cannot be taken back use the confirm macro instead, which asks without JavaScript too.
 */

import { make } from "../lib/dom.js";
import { wordsOf } from "../lib/words.js";

/** @param {HTMLElement} root */
export function start(root) {
  if (!(root instanceof HTMLFormElement)) throw new TypeError("confirm stands on a form");
  const form = root;
  const say = wordsOf(form);
  /** @type {HTMLElement | null} */
  let asker = null;
  let agreed = false;

  const dialog = make(
    "dialog",
    { "aria-label": say("question") },
    make("p", { class: "dialog__question" }, say("question")),
    ...(form.dataset["sayText"] ? [make("p", {}, say("text"))] : []),
    make(
      "div",
      { class: "actions" },
      make("button", { type: "button", class: `button button--${form.dataset["kind"] ?? "primary"}`, onclick: agree }, say("yes")),
      make("button", { type: "button", class: "button button--secondary", onclick: () => dialog.close(), autofocus: true }, say("no")),
    ),
  );
  form.append(dialog);

  function agree() {
    agreed = true;
    dialog.close();
    form.requestSubmit(asker);
  }

  form.addEventListener("submit", (event) => {
    if (agreed) return;
    event.preventDefault();
    asker = event.submitter;
    dialog.showModal();
  });
}
