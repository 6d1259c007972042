/**
 * Sentences come from the template as data-say-… attributes, so that there is one catalogue.
 * `data-say-too-large="{name} nặng {size} MB."` is said by say("tooLarge", { name, size }).
 */

/**
 * @param {HTMLElement} root
 * @returns {(key: string, facts?: Record<string, string | number>) => string} throws Error when the template lacks the sentence
 */
export function wordsOf(root) {
  return (key, facts = {}) => {
    const sentence = root.dataset["say" + key.charAt(0).toUpperCase() + key.slice(1)];
    if (sentence === undefined) throw new Error(`no sentence data-say-${key} on ${root.dataset["module"]}`);
    return sentence.replace(/\{(\w+)\}/g, (whole, name) => String(facts[name] ?? whole));
  };
}

/**
 * A number the Vietnamese way: 1.234,5
 * @param {number} number
 * @param {number} [decimals]
 */
export function numberVi(number, decimals = 0) {
  return number.toLocaleString("vi-VN", { maximumFractionDigits: decimals });
}
