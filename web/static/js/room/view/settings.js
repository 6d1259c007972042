/** Which microphone, camera and speaker; the keys; how good the line is; whom to call. */

import { useEffect, useState } from "preact/hooks";
import { chosenDevices } from "../capture.js";
import { controlsOf } from "../controls.js";
import { Incident } from "./incident.js";
import { Button, Dialog, Telephone, html } from "./parts.js";

/** @typedef {import("../session.js").Session} Session */

const KINDS = /** @type {const} */ ({ mic: "audioinput", camera: "videoinput", speaker: "audiooutput" });

/** @param {{s: Session, onClose: () => void}} props */
export function Settings({ s, onClose }) {
  const [devices, setDevices] = useState(/** @type {MediaDeviceInfo[]} */ ([]));
  useEffect(() => {
    const look = async () => setDevices((await navigator.mediaDevices?.enumerateDevices()) ?? []);
    void look();
    navigator.mediaDevices?.addEventListener("devicechange", look);
    return () => navigator.mediaDevices?.removeEventListener("devicechange", look);
  }, []);
  const quality = s.quality.value;
  return html`<${Dialog} question=${s.say("settings.title")} onClose=${onClose}>
    <div class="settings">
      <${Incident} s=${s} />
      ${/** @type {(keyof typeof KINDS)[]} */ (Object.keys(KINDS)).map((kind) => html`<${Choice} key=${kind} s=${s} kind=${kind} devices=${devices} />`)}
      ${s.room.value.view && html`<${ShowCaptions} s=${s} />`}
      ${s.room.value.view && html`<${HearOnly} s=${s} />`}
      ${quality && html`<p>${s.say(`quality.${quality}`)}</p>`}
      <div>
        <p class="field__label">${s.say("settings.keys")}</p>
        <ul class="settings__keys">
          ${controlsOf(s, { askLeave: () => {}, askPapers: () => {}, type: () => {} }).map((each) => html`<li key=${each.name}><kbd>Alt + ${each.key}</kbd> ${s.say(each.word)}</li>`)}
        </ul>
      </div>
      <${Telephone} s=${s} />
    </div>
    <div class="actions"><${Button} s=${s} kind="primary" label=${s.say("settings.close")} onClick=${onClose} /></div>
  <//>`;
}

/** @param {{s: Session}} props */
function ShowCaptions({ s }) {
  const choose = (/** @type {Event} */ event) => s.showCaptions(/** @type {HTMLInputElement} */ (event.currentTarget).checked);
  return html`<div class="choice">
    <input class="choice__box choice__box--checkbox" type="checkbox" id="show-captions" checked=${s.room.value.captions.choice === "on"} aria-describedby="show-captions-hint" onChange=${choose} />
    <label class="choice__label" for="show-captions">${s.say("settings.captions")}</label>
    <span class="choice__hint" id="show-captions-hint">${s.say("settings.captions_hint")}</span>
  </div>`;
}

/** @param {{s: Session}} props */
function HearOnly({ s }) {
  const isOn = s.room.value.view?.you.watching === false;
  // What was pressed stands until the room says so too; everything else draws this anew meanwhile.
  const [wish, setWish] = useState(/** @type {boolean | null} */ (null));
  useEffect(() => setWish(null), [isOn]);
  const choose = async (/** @type {Event} */ event) => {
    const { checked } = /** @type {HTMLInputElement} */ (event.currentTarget);
    setWish(checked);
    if (!(await s.hearOnly(checked))) setWish(null);
  };
  return html`<div class="choice">
    <input class="choice__box choice__box--checkbox" type="checkbox" id="hear-only" checked=${wish ?? isOn} aria-describedby="hear-only-hint" onChange=${choose} />
    <label class="choice__label" for="hear-only">${s.say("settings.hear_only")}</label>
    <span class="choice__hint" id="hear-only-hint">${s.say("settings.hear_only_hint")}</span>
  </div>`;
}

/** @param {{s: Session, kind: keyof typeof KINDS, devices: MediaDeviceInfo[]}} props */
function Choice({ s, kind, devices }) {
  const found = devices.filter((each) => each.kind === KINDS[kind] && each.deviceId);
  const [device, setDevice] = useState(chosenDevices()[kind]);
  if (!found.length) return null;
  const known = found.some((each) => each.deviceId === device) ? device : (found[0]?.deviceId ?? "");
  const choose = (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLSelectElement} */ (event.currentTarget);
    setDevice(value);
    void s.use(kind, value);
  };
  return html`<div class="field">
    <label class="field__label" for=${`device-${kind}`}>${s.say(`settings.${kind}`)}</label>
    <select class="input" id=${`device-${kind}`} value=${known} onChange=${choose}>
      ${found.map((each, at) => html`<option key=${each.deviceId} value=${each.deviceId}>${each.label || s.say("settings.unnamed", { number: at + 1 })}</option>`)}
    </select>
  </div>`;
}
