/** The stage: one large, the others small, oneself smallest; sentences over it when something is not as usual. */

import { useState } from "preact/hooks";
import { asideOf, isApart, namesOf } from "../aside.js";
import { brokenFor, mainOf, onStage, rungOf, slotOf, stillOf } from "../derive.js";
import { Button, Icon, Picture, html, initials } from "./parts.js";
import { ShownPage } from "./showing.js";

/** @typedef {import("../session.js").Session} Session */
/** @typedef {import("../wire.js").Member} Member */

/** @param {{s: Session, children?: any}} props */
export function Stage({ s, children }) {
  const room = s.room.value;
  s.papersAt.value;
  const shown = s.showing?.shown ?? null;
  // A paper laid before everybody is what everybody looks at.
  const main = shown ? null : mainOf(room);
  const small = onStage(room).filter((each) => each !== main);
  const speaks = room.me?.powers.includes("speak");
  return html`<main class="stage stage--focus" id="noi-dung" tabindex="-1" aria-label=${s.say("stage.label")}>
    ${shown
      ? html`<${ShownPage} s=${s} shown=${shown} />`
      : main
      ? html`<${Tile} key=${main.member} s=${s} member=${main} size="main" />`
      : html`<${Empty} s=${s} />`}
    <div class="stage__others">
      ${small.map((each) => html`<${Tile} key=${each.member} s=${s} member=${each} size="small" />`)}
    </div>
    ${speaks && html`<${Self} s=${s} />`}
    <${Band} s=${s} />
    ${children}
  </main>`;
}

/** @param {{s: Session, member: Member, size: "main" | "small"}} props */
function Tile({ s, member, size }) {
  const room = s.room.value;
  const version = s.streams.value;
  const slot = slotOf(room, member.member);
  const streams = slot === null ? null : s.streamsOf(slot);
  const isLost = member.status === "lost";
  const [hasFrame, setFrame] = useState(false);
  const isShown = !isLost && !isApart(room, member.member) && streams !== null && (member.camera || member.screen) && !stillOf(room);
  const isSpeaking = room.link.state === "open" && room.tick?.speaking === member.member;
  const classes = ["tile", `tile--${size}`, member.screen && "tile--screen", isSpeaking && "tile--speaking"];
  const pin = () => s.pin(member.member);
  return html`<figure class=${classes.filter(Boolean).join(" ")} data-member=${member.member}>
    ${isShown && html`<${Picture} stream=${streams?.video ?? null} version=${version} onFrame=${() => setFrame(true)} />`}
    ${!(isShown && hasFrame) && html`<${Rest} s=${s} member=${member} size=${size} isComing=${isShown} />`}
    <${Marks} s=${s} member=${member} isSpeaking=${isSpeaking} />
    <figcaption class="tile__name">
      ${member.name}${size === "main" && html` <span class="tile__title">${titleOf(s, member)}</span>`}
    </figcaption>
    ${size === "small" &&
    html`<button type="button" class="tile__pin" onClick=${pin}><span class="visually-hidden">${s.say("stage.enlarge", { name: member.name })}</span></button>`}
  </figure>`;
}

/** @param {Session} s @param {Member} member */
function titleOf(s, member) {
  const people = member.people.map((each) => each.name).join(", ");
  return [member.title, people].filter(Boolean).join(" · ") || s.say(`role.${member.role}`);
}

/** @param {{s: Session, member: Member, size: string, isComing: boolean}} props */
function Rest({ s, member, size, isComing }) {
  const aside = asideOf(s.room.value);
  const away = aside?.you !== "inside" ? "tile.aside" : aside.members.includes(member.member) ? "tile.coming" : "tile.outside";
  const word = isApart(s.room.value, member.member) ? away : member.status === "lost" ? "tile.lost" : isComing || member.status === "admitted" ? "tile.coming" : "tile.no_picture";
  return html`<div class="tile__rest">
    <span class="person__initials" aria-hidden="true">${initials(member.name)}</span>
    ${size === "main" && html`<span>${s.say(word, { name: member.name })}</span>`}
  </div>`;
}

/** @param {{s: Session, member: Member, isSpeaking: boolean}} props */
function Marks({ s, member, isSpeaking }) {
  const isHere = member.status === "connected";
  return html`<div class="tile__marks">
    ${member.hand &&
    html`<span class="tile__mark tile__mark--hand"><${Icon} s=${s} name="hand" size="small" />${s.say("mark.hand")}</span>`}
    ${member.status === "lost" &&
    html`<span class="tile__mark"><${Icon} s=${s} name="wifi-off" size="small" />${s.say("mark.lost")}</span>`}
    ${isHere && !member.mic &&
    html`<span class="tile__mark"><${Icon} s=${s} name="mic-off" size="small" /><span class="tile__word">${s.say("mark.mic_off")}</span></span>`}
    ${isSpeaking && html`<span class="tile__mark"><${Icon} s=${s} name="volume" size="small" /><span class="tile__word">${s.say("mark.speaking")}</span></span>`}
  </div>`;
}

/** @param {{s: Session}} props */
function Self({ s }) {
  const { own, trouble } = s.room.value;
  const version = s.streams.value;
  const isShown = (own.camera || own.screen) && s.selfStream.getVideoTracks().length > 0;
  return html`<figure class=${`tile tile--self${own.screen ? "" : " tile--mirror"}`}>
    ${isShown
      ? html`<${Picture} stream=${s.selfStream} version=${version} />`
      : html`<div class="tile__rest"><${Icon} s=${s} name="camera-off" /></div>`}
    <div class="tile__marks">
      ${(!own.mic || trouble.mic) && html`<span class="tile__mark"><${Icon} s=${s} name="mic-off" size="small" /><span class="visually-hidden">${s.say("mark.mic_off")}</span></span>`}
    </div>
    <figcaption class="tile__name">${s.say(own.screen ? "stage.my_screen" : "stage.me")}</figcaption>
  </figure>`;
}

/** @param {{s: Session}} props */
function Empty({ s }) {
  return html`<div class="tile tile--main">
    <div class="tile__rest"><${Icon} s=${s} name="users" size="large" /><span>${s.say("stage.alone")}</span></div>
  </div>`;
}

/** What is not as usual, most urgent first; one thing at a time. @param {{s: Session}} props */
function Band({ s }) {
  const room = s.room.value;
  const rung = rungOf(brokenFor(room, s.now.value));
  const { trouble, own, view } = room;
  if (rung !== "whole" && rung !== "silent") return html`<${BrokenBand} s=${s} rung=${rung} />`;
  if (s.isSilenced.value) {
    return html`<div class="stage__band">
      <p>${s.say("band.silenced")}</p>
      <${Button} s=${s} kind="primary" icon="volume" label=${s.say("band.listen")} onClick=${() => void s.sound.unblock()} />
    </div>`;
  }
  if (view?.phase === "stopped") {
    const isDesk = room.me?.powers.includes("stop_here") ?? false;
    return html`<div class="stage__band stage__band--danger">
      <p>${s.say(isDesk ? "band.stopped_desk" : "band.stopped")}</p>
      ${isDesk && s.page.stoppedHref && html`<a href=${s.page.stoppedHref} target="_blank" rel="noopener">${s.say("band.stopped_next")}</a>`}
    </div>`;
  }
  if (view?.phase === "paused") return html`<p class="stage__band">${s.say("band.paused")}${view.paused_ground ? ` ${s.say("band.ground", { ground: view.paused_ground })}` : ""}</p>`;
  const aside = asideOf(room);
  if (aside?.since && aside.you !== "inside" && !room.me?.powers.includes("consult")) {
    return html`<p class="stage__band">${s.say(aside.rule === "sealed" ? "band.aside_sealed" : "band.aside", { names: namesOf(room, aside.members) })}</p>`;
  }
  if (view?.recording.state === "interrupted") return html`<p class="stage__band stage__band--danger">${s.say("band.interrupted")}</p>`;
  if (own.mic && trouble.mic) return html`<${Trouble} s=${s} kind="mic" trouble=${trouble.mic} />`;
  if (own.camera && trouble.camera) return html`<${Trouble} s=${s} kind="camera" trouble=${trouble.camera} />`;
  if (view?.you.muted_by && !own.mic) {
    return html`<p class="stage__band">${s.say(view.you.muted_by === view.you.member ? "band.muted_back" : "band.muted")}</p>`;
  }
  const still = stillOf(room);
  if (still) return html`<p class="stage__band">${s.say(`band.picture_${still}`)}</p>`;
  if (view?.you.doubled) return html`<p class="stage__band">${s.say("band.doubled")}</p>`;
  if (view?.phase === "lobby" && !room.me?.powers.includes("begin")) return html`<p class="stage__band">${s.say("band.lobby")}</p>`;
  return null;
}

/** A device that stopped by itself, and one press to open it again. @param {{s: Session, kind: "mic" | "camera", trouble: string}} props */
function Trouble({ s, kind, trouble }) {
  return html`<div class="stage__band">
    <p>${s.say(`trouble.${kind}_${trouble}`)}</p>
    <${Button} s=${s} kind="primary" icon=${kind} label=${s.say(`trouble.${kind}_again`)} onClick=${() => void s.repair(kind)} />
  </div>`;
}

/** @param {{s: Session, rung: "again" | "sound_only" | "call"}} props */
function BrokenBand({ s, rung }) {
  const { link, own } = s.room.value;
  const word = link.lostAt !== null ? `broken.${rung}` : `broken_media.${rung}`;
  return html`<div class="stage__band stage__band--warn">
    <p>${s.say(word, { phone: s.page.phone || "–" })}</p>
    ${rung === "sound_only" && own.camera &&
    html`<${Button} s=${s} icon="camera-off" label=${s.say("broken.sound_only_button")} onClick=${() => void s.switch("camera", false)} />`}
    ${rung === "call" && html`<${Button} s=${s} icon="refresh" label=${s.say("broken.reload")} onClick=${() => location.reload()} />`}
  </div>`;
}
