/**
 * A file field that checks before it sends and shows how far it has come. Markup and sentences: the `file` macro.
 * Without data-upload-to the files go with the form, as they would without JavaScript.
 */

import { icon, make, part } from "../lib/dom.js";
import { NotDone, sendFile } from "../lib/http.js";
import { numberVi, wordsOf } from "../lib/words.js";

const MEGABYTE = 1024 * 1024;

/**
 * Whether a file is of a kind the field's accept attribute names (".pdf", "image/*", "video/mp4"); everything when empty.
 * @param {File} file
 * @param {string} accept
 */
export function isAccepted(file, accept) {
  const kinds = accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
  const name = file.name.toLowerCase();
  return !kinds.length || kinds.some((kind) => {
    if (kind.startsWith(".")) return name.endsWith(kind);
    if (kind.endsWith("/*")) return file.type.startsWith(kind.slice(0, -1));
    return file.type === kind;
  });
}

/** @param {HTMLElement} root */
export function start(root) {
  const say = wordsOf(root);
  const field = part(root, "input[type=file]", HTMLInputElement);
  const list = part(root, ".upload__list", HTMLUListElement);
  const told = part(root, "[role=status]", HTMLElement);
  const limit = Number(root.dataset["maxMb"] ?? 20);
  const address = root.dataset["uploadTo"] ?? "";

  /**
   * Why a file cannot be taken, or "" when it can.
   * @param {File} file
   */
  function objection(file) {
    if (!isAccepted(file, field.accept)) return say("wrongKind", { name: file.name, kinds: field.accept });
    if (file.size > limit * MEGABYTE) return say("tooLarge", { name: file.name, size: numberVi(file.size / MEGABYTE, 1), limit });
    return "";
  }

  /**
   * @param {File} file
   * @param {string} words
   */
  function line(file, words) {
    const about = make("p", { class: "upload__about" }, words);
    const item = make("li", { class: "upload__item" }, icon(root.dataset["iconFile"] ?? ""), make("div", {}, make("p", {}, file.name), about));
    const remove = make("button", { type: "button", class: "upload__remove", "aria-label": say("remove", { name: file.name }), onclick: () => item.remove() }, icon(root.dataset["iconRemove"] ?? ""));
    return { item, about, remove };
  }

  /** @param {File} file */
  function refuse(file) {
    const { item, about, remove } = line(file, objection(file));
    item.classList.add("upload__item--failed");
    item.append(remove);
    list.append(item);
    told.textContent = about.textContent;
  }

  /** @param {File} file */
  async function send(file) {
    const { item, about, remove } = line(file, say("sending", { percent: 0 }));
    const bar = make("progress", { max: "1", value: "0", "aria-label": file.name });
    item.append(bar);
    list.append(item);
    try {
      const answer = await sendFile(address, file, (share) => {
        bar.value = share;
        about.textContent = say("sending", { percent: Math.round(share * 100) });
      });
      item.append(make("input", { type: "hidden", name: `${root.dataset["name"]}_id`, value: String(answer.id) }));
      about.textContent = `${numberVi(file.size / MEGABYTE, 1)} MB · ${say("sent")}`;
    } catch (error) {
      if (!(error instanceof NotDone)) throw error;
      item.classList.add("upload__item--failed");
      about.textContent = say("failed");
    }
    bar.remove();
    item.append(remove);
    told.textContent = `${file.name}: ${about.textContent}`;
  }

  field.addEventListener("change", () => {
    list.hidden = false;
    const files = [...(field.files ?? [])];
    const good = files.filter((file) => !objection(file));
    if (!address || !field.multiple) list.replaceChildren();
    files.filter((file) => objection(file)).forEach(refuse);
    if (address) {
      good.forEach(send);
      field.value = "";
      return;
    }
    // The form sends what the field holds, so what was refused is taken out of it.
    const kept = new DataTransfer();
    good.forEach((file) => kept.items.add(file));
    field.files = kept.files;
    good.forEach((file) => list.append(line(file, `${numberVi(file.size / MEGABYTE, 1)} MB · ${say("waiting")}`).item));
  });
}
