/**
 * The others' sound: one hidden player a slot, kept apart from the pictures so that nothing that
 * moves on the screen interrupts a voice.
 */

import { chosenDevices } from "./capture.js";

/** @typedef {HTMLAudioElement & {setSinkId?: (id: string) => Promise<void>}} Player */

export class Sound {
  /** @type {Map<number, Player>} */ #players = new Map();
  #onBlocked;

  /** @param {(isBlocked: boolean) => void} onBlocked the browser wants a press before it plays */
  constructor(onBlocked) {
    this.#onBlocked = onBlocked;
  }

  /** @param {Map<number, MediaStream>} streams by slot; slots not named fall silent */
  play(streams) {
    for (const [slot, player] of this.#players) {
      if (!streams.has(slot)) player.srcObject = null;
    }
    for (const [slot, stream] of streams) {
      const player = this.#players.get(slot) ?? this.#make(slot);
      if (player.srcObject === stream) continue;
      player.srcObject = stream;
      void this.#start(player);
    }
  }

  /** Called from a press. */
  async unblock() {
    await Promise.all([...this.#players.values()].filter((each) => each.srcObject).map((each) => this.#start(each)));
  }

  /** @param {string} device */
  use(device) {
    for (const player of this.#players.values()) void player.setSinkId?.(device).catch(() => {});
  }

  stop() {
    this.play(new Map());
  }

  /** @param {number} slot @returns {Player} */
  #make(slot) {
    /** @type {Player} */
    const player = new Audio();
    player.autoplay = true;
    const { speaker } = chosenDevices();
    if (speaker) void player.setSinkId?.(speaker).catch(() => {});
    this.#players.set(slot, player);
    return player;
  }

  /** @param {Player} player */
  async #start(player) {
    try {
      await player.play();
      this.#onBlocked(false);
    } catch (error) {
      if (error instanceof Error && error.name === "NotAllowedError") this.#onBlocked(true);
    }
  }
}
