/** Says news aloud without chattering: one sentence at a time, with air between, nothing twice. */

const AIR = 1_500;
const MOST = 4;

/** @param {HTMLElement} place an empty element with role="status" @returns {(sentence: string) => void} */
export function announcer(place) {
  /** @type {string[]} */
  const queue = [];
  let isSaying = false;
  const next = () => {
    const sentence = queue.shift();
    isSaying = sentence !== undefined;
    if (sentence === undefined) return;
    place.textContent = sentence;
    setTimeout(next, AIR);
  };
  return (sentence) => {
    if (queue.includes(sentence)) return;
    queue.push(sentence);
    // What is old by the time it could be said is not worth saying.
    if (queue.length > MOST) queue.shift();
    if (!isSaying) next();
  };
}
