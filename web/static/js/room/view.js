/** The whole page: which of its faces is shown, and the pieces of each. */

import { useEffect, useRef, useState } from "preact/hooks";
import { layoutOf, may, pageOf } from "./derive.js";
import { Stay } from "./view/board.js";
import { Aside } from "./view/aside.js";
import { Controls } from "./view/bottom.js";
import { Captions, Typing } from "./view/captions.js";
import { Arriving, NoticePage, Over, Waiting } from "./view/door.js";
import { Moves } from "./view/moves.js";
import { Papers } from "./view/papers.js";
import { Button, Icon, html } from "./view/parts.js";
import { People } from "./view/people.js";
import { ReadBack } from "./view/readback.js";
import { ShowingTrouble } from "./view/showing.js";
import { Settings } from "./view/settings.js";
import { Stage } from "./view/stage.js";
import { Top } from "./view/top.js";

/** @typedef {import("./session.js").Session} Session */

const DOORS = { arriving: Arriving, waiting: Waiting, notice: NoticePage, over: Over };

/** @param {{s: Session}} props */
export function Page({ s }) {
  const page = pageOf(s.room.value);
  const first = useRef(true);
  useEffect(() => {
    // Whoever cannot see is put at the beginning of the new page, but not at the very start.
    if (!first.current) document.getElementById("noi-dung")?.focus({ preventScroll: true });
    first.current = false;
  }, [page]);
  if (page !== "room") return html`<${DOORS[page]} s=${s} />`;
  return html`<${Room} s=${s} />`;
}

/** @param {{s: Session}} props */
function Room({ s }) {
  const room = s.room.value;
  const layout = layoutOf(room, s.page.layout);
  const [isSetting, setSetting] = useState(false);
  const isReadBack = room.view?.read_back ?? false;
  const isDesk = layout === "desk";
  return html`<div class=${`room room--${layout}`}>
    <${Top} s=${s} onSettings=${() => setSetting(true)} />
    ${isDesk && html`<${People} s=${s} />`}
    <div class="room__middle">
      <${Stage} s=${s}>${isReadBack && s.minutes && html`<${ReadBack} s=${s} />`}<//>
      <${Captions} s=${s} layout=${layout} />
    </div>
    ${isDesk && html`<${Papers} s=${s} />`}
    <footer class="room__bottom">
      <${Refusal} s=${s} />
      <${ShowingTrouble} s=${s} />
      <${Aside} s=${s} />
      ${s.typing.value && may(room, "caption") && html`<${Typing} s=${s} />`}
      ${isDesk && html`<${Moves} s=${s} />`}
      <${Stay} s=${s} />
      <${Controls} s=${s} />
    </footer>
    ${isSetting && html`<${Settings} s=${s} onClose=${() => setSetting(false)} />`}
  </div>`;
}

/** Why the room said no, until it is read. @param {{s: Session}} props */
function Refusal({ s }) {
  const { refusal } = s.room.value;
  if (!refusal) return null;
  return html`<div class="room__refusal" role="alert">
    <${Icon} s=${s} name="alert-triangle" />
    <p>${refusal.text || s.say(`refused.${refusal.code}`)}</p>
    <${Button} s=${s} small kind="quiet" label=${s.say("refused.read")} onClick=${() => s.read()} />
  </div>`;
}
