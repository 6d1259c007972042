/** The page's sentences and lists: JSON blocks that the template wrote, read once. */

/**
 * @param {string} name of a `<script type="application/json" data-block="…">`
 * @returns {any} null when the page has none
 */
export function block(name) {
  const found = document.querySelector(`script[data-block="${name}"]`);
  return found?.textContent ? JSON.parse(found.textContent) : null;
}

/** @typedef {(key: string, facts?: Record<string, string | number>) => string} Say */

/** @param {Record<string, string>} sentences @returns {Say} throws when the template lacks the sentence */
export function speaker(sentences) {
  return (key, facts = {}) => {
    const sentence = sentences[key];
    if (sentence === undefined) throw new Error(`the page has no sentence "${key}"`);
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
  };
}
