/** A field above a table that hides the rows without the typed words; accents need not be typed. */

import { make, part, plain } from "../lib/dom.js";
import { wordsOf } from "../lib/words.js";

/** @param {HTMLElement} root */
export function start(root) {
  const say = wordsOf(root);
  const rows = [...part(root, "tbody", HTMLTableSectionElement).rows].map((row) => ({ row, text: plain(row.textContent ?? "") }));
  const field = make("input", { type: "search", class: "input", "aria-label": say("label"), placeholder: say("label"), oninput: narrow });
  const told = make("p", { class: "soft", role: "status" });

  function narrow() {
    const wanted = plain(field.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = !wanted.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    if (!wanted.length) told.textContent = "";
    else told.textContent = shown ? say("found", { shown, all: rows.length }) : say("none");
  }

  root.prepend(make("div", { class: "table-filter" }, field, told));
}
