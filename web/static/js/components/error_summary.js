/** Takes the focus when the page opens, and moves it into the field that a line names. */

/** @param {HTMLElement} root */
export function start(root) {
  root.focus();
  root.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest("a[href^='#']") : null;
    const field = link && document.getElementById(link.getAttribute("href")?.slice(1) ?? "");
    if (!field) return;
    event.preventDefault();
    const named = field.closest("fieldset") ?? document.querySelector(`label[for="${field.id}"]`) ?? field;
    named.scrollIntoView({ block: "start" });
    field.focus({ preventScroll: true });
  });
}
