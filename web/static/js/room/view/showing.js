/** The page everybody sees, with its stamp; the desk turns it; anybody may look at it larger. */

import { useEffect, useState } from "preact/hooks";
import { timeOfDay } from "../../lib/time.js";
import { Button, Dialog, Icon, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../showing.js").Shown} Shown */

const DRAW_AGAIN = [1_000, 3_000, 8_000, 15_000];
const MARK = 12;

/** @param {{s: Session, shown: Shown}} props */
export function ShownPage({ s, shown }) {
  const [isLarge, setLarge] = useState(false);
  const facts = { name: shown.name, page: String(shown.page), pages: String(shown.pages) };
  return html`<figure class="tile tile--main shown" data-shown=${shown.id}>
    <button type="button" class="shown__page" aria-label=${s.say("showing.enlarge", facts)} onClick=${() => setLarge(true)}>
      <${PageImage} key=${shown.id} s=${s} shown=${shown} />
    </button>
    <figcaption class="shown__stamp">
      <span role="status">${s.say("showing.caption", facts)}</span>
      <span class="shown__by">${stamp(s, shown)}</span>
    </figcaption>
    ${s.showing?.may && html`<${Turning} s=${s} shown=${shown} />`}
    ${isLarge && html`<${Dialog} wide question=${s.say("showing.caption", facts)} onClose=${() => setLarge(false)}>
      <div class="shown__large" tabindex="0" role="group" aria-label=${s.say("showing.caption", facts)}><${PageImage} key=${shown.id} s=${s} shown=${shown} /></div>
      <p class="small">${stamp(s, shown)}<br />${s.say("showing.hash", { hash: shown.sha256 })}</p>
      <div class="actions"><${Button} s=${s} icon="x" label=${s.say("showing.close")} onClick=${() => setLarge(false)} /></div>
    <//>`}
  </figure>`;
}

/** @param {Session} s @param {Shown} shown */
function stamp(s, shown) {
  return s.say("showing.stamp", { time: timeOfDay(new Date(shown.at)), by: shown.by, hash: shown.sha256.slice(0, MARK) });
}

/** A picture that did not come is asked for again. @param {{s: Session, shown: Shown}} props */
function PageImage({ s, shown }) {
  const [tries, setTries] = useState(0);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    const pause = isMissing ? DRAW_AGAIN[tries] : undefined;
    if (pause === undefined) return undefined;
    const timer = setTimeout(() => {
      setMissing(false);
      setTries(tries + 1);
    }, pause);
    return () => clearTimeout(timer);
  }, [isMissing, tries]);
  if (isMissing) return html`<span class="shown__missing">${s.say("showing.coming")}</span>`;
  const facts = { name: shown.name, page: String(shown.page), pages: String(shown.pages) };
  return html`<img src=${tries ? `${shown.href}?lan=${tries}` : shown.href} alt=${s.say("showing.caption", facts)} onError=${() => setMissing(true)} />`;
}

/** @param {{s: Session, shown: Shown}} props */
function Turning({ s, shown }) {
  const showing = /** @type {import("../showing.js").Showing} */ (s.showing);
  const [isFirst, isLast] = [shown.page <= 1, shown.page >= shown.pages];
  return html`<div class="shown__turning" role="group" aria-label=${s.say("showing.turning")}>
    ${shown.pages > 1 && html`<${Button} s=${s} small icon="chevron-left" label=${s.say("showing.back")} busy=${isFirst || showing.isBusy} onClick=${() => void showing.turn(-1)} />
    <${Button} s=${s} small icon="chevron-right" label=${s.say("showing.next")} busy=${isLast || showing.isBusy} onClick=${() => void showing.turn(1)} />`}
    <${Button} s=${s} small icon="x" label=${s.say("showing.put_away")} busy=${showing.isBusy} onClick=${() => void showing.putAway()} />
  </div>`;
}

/** What kept the desk from showing a page, until it is read. @param {{s: Session}} props */
export function ShowingTrouble({ s }) {
  s.papersAt.value;
  const trouble = s.showing?.trouble;
  if (!trouble) return null;
  return html`<div class="room__refusal" role="alert">
    <${Icon} s=${s} name="alert-triangle" />
    <p>${trouble === "no_answer" ? s.say("showing.no_answer") : trouble}</p>
    <${Button} s=${s} small kind="quiet" label=${s.say("refused.read")} onClick=${() => s.showing?.calm()} />
  </div>`;
}
