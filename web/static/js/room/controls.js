/**
 * The controls of one's own sound and picture: what each does now, and its key.
 *
 * Keys need Alt, so that they never take a letter from somebody who is typing and screen readers
 * keep theirs (WCAG 2.1.4); they go by the key's place, because Vietnamese typing programs and
 * Apple's Alt change the letter.
 */

/** @typedef {import("./session.js").Session} Session */
/** @typedef {{name: string, icon: string, word: string, code: string, key: string, isOff: boolean, isPressed: boolean, isKeyOnly?: boolean, act: (isByKey: boolean) => void}} Control */

/** @param {Session} s @param {{askLeave: () => void, askPapers: () => void, type: (isByKey: boolean) => void}} more @returns {Control[]} */
export function controlsOf(s, { askLeave, askPapers, type }) {
  const { own, me, view } = s.room.value;
  const speaks = me?.powers.includes("speak") ?? false;
  const hasScreen = typeof navigator.mediaDevices?.getDisplayMedia === "function";
  const hand = view?.you.hand ?? false;
  /** @type {(Control | false)[]} */
  const all = [
    speaks && {
      name: "mic", icon: own.mic ? "mic" : "mic-off", word: own.mic ? "control.mic_off" : "control.mic_on",
      code: "KeyM", key: "M", isOff: !own.mic, isPressed: false, act: () => void s.switch("mic", !own.mic),
    },
    speaks && {
      name: "camera", icon: own.camera ? "camera" : "camera-off", word: own.camera ? "control.camera_off" : "control.camera_on",
      code: "KeyC", key: "C", isOff: !own.camera, isPressed: false, act: () => void s.switch("camera", !own.camera),
    },
    (me?.powers.includes("hand") ?? false) && !me?.powers.includes("admit") && {
      name: "hand", icon: "hand", word: hand ? "control.hand_down" : "control.hand_up",
      code: "KeyG", key: "G", isOff: false, isPressed: hand, act: () => void s.ask("hand", { up: !hand }),
    },
    speaks && hasScreen && {
      name: "share", icon: own.screen ? "share-off" : "share", word: own.screen ? "control.share_off" : "control.share_on",
      code: "KeyS", key: "S", isOff: false, isPressed: own.screen, act: () => void s.switch("screen", !own.screen),
    },
    me?.role === "citizen" && s.handing !== null && (view?.phase === "live" || view?.phase === "paused") && {
      name: "papers", icon: "paperclip", word: "control.papers",
      code: "KeyN", key: "N", isOff: false, isPressed: false, act: askPapers,
    },
    (me?.powers.includes("caption") ?? false) && {
      name: "caption", icon: "captions", word: s.typing.value ? "control.caption_off" : "control.caption_on",
      code: "KeyT", key: "T", isOff: false, isPressed: false, act: type,
    },
    view !== null && {
      name: "captions", icon: "captions", word: "control.captions", isKeyOnly: true,
      code: "KeyP", key: "P", isOff: false, isPressed: false, act: () => s.showCaptions(s.room.peek().captions.choice !== "on"),
    },
    { name: "leave", icon: "leave", word: "control.leave", code: "KeyQ", key: "Q", isOff: false, isPressed: false, act: askLeave },
  ];
  return all.filter((each) => each !== false);
}

/** @param {() => Control[]} now what there is to press at that moment @returns {() => void} stops listening */
export function listenForKeys(now) {
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.repeat) return;
    const found = now().find((each) => each.code === event.code);
    if (!found || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    found.act(true);
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
