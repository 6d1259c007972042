/** Finding and making elements. Errors here are faults of our own templates, so they are thrown by name. */

export class MissingPart extends Error {
  /** @param {string} selector */
  constructor(selector) {
    super(`the template lacks ${selector}`);
    this.name = "MissingPart";
  }
}

/**
 * The first element inside `root` that matches; throws MissingPart when there is none or it is of another kind.
 * @template {Element} T
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} kind
 * @returns {T}
 */
export function part(root, selector, kind) {
  const found = root.querySelector(selector);
  if (found instanceof kind) return found;
  throw new MissingPart(selector);
}

/**
 * Makes an element. `props` are attributes; `on…` are listeners; true writes an empty attribute, false none.
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | boolean | EventListener>} [props]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function make(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * One drawing of the sprite. `address` is "…/icons.svg#name" as the template gave it.
 * @param {string} address
 * @returns {SVGSVGElement}
 */
export function icon(address) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", address);
  svg.append(use);
  return svg;
}

/**
 * Lower case without accents, for comparing what people type with what is written ("Đặng" is found by "dang").
 * @param {string} text
 */
export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/\u0111/gi, "d").toLowerCase();
}
