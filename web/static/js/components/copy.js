/** A field with a button that copies it; without JavaScript the button is absent and the words can be selected. */

/** @param {HTMLElement} root */
export function start(root) {
  const button = root.querySelector("button");
  const words = root.querySelector("[data-copy]");
  const said = root.querySelector("[role=status]");
  if (!button || !words || !navigator.clipboard) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText((words.textContent ?? "").trim());
      if (said) said.textContent = root.dataset.sayCopied ?? "";
    } catch {
      // The browser refused: the words are selected, so that the keyboard can copy them.
      window.getSelection()?.selectAllChildren(words);
    }
  });
}
