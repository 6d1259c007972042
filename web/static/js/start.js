/**
 * Finds every element with data-module and starts its component once.
 * A page without JavaScript works; a component only makes it more comfortable.
 * A component is a function of its root element. It never reaches outside its root.
 */

/** @type {Record<string, () => Promise<{ start: (root: HTMLElement) => void }>>} */
const components = {
  clock: () => import("./components/clock.js"),
  copy: () => import("./components/copy.js"),
  "error-summary": () => import("./components/error_summary.js"),
  menu: () => import("./components/menu.js"),
  player: () => import("./components/player.js"),
  print: () => import("./components/print.js"),
  refresh: () => import("./components/refresh.js"),
  "table-filter": () => import("./components/table_filter.js"),
  upload: () => import("./components/upload.js"),
};

/** @type {WeakSet<HTMLElement>} */
const started = new WeakSet();

/**
 * Starts the components inside `within` that have not been started yet.
 * Call it again after new markup came into the page. Names that are not in the list belong to other programs (the room).
 * @param {ParentNode} within
 */
export async function startComponents(within) {
  for (const root of /** @type {NodeListOf<HTMLElement>} */ (within.querySelectorAll("[data-module]"))) {
    const load = components[root.dataset.module ?? ""];
    if (!load || started.has(root)) continue;
    started.add(root);
    (await load()).start(root);
  }
}

startComponents(document);
