/**
 * How good this person's line is, from the browser's own counters, as one word.
 *
 * @typedef {{sent: number, lost: number, received: number, missing: number, rtt: number, freezes: number, at: number}} Sample
 * @typedef {"good" | "poor" | "bad"} Link
 */

const POOR = { rtt: 0.3, loss: 0.05 };
const BAD = { rtt: 0.8, loss: 0.15 };
const ENOUGH = 50;

const FEW = 20;
const HOLES = 0.015;
const STEADY = 200;
const STEADY_FOR = 12_000;

/** @param {RTCStatsReport} report @returns {Sample} */
export function sampleOf(report) {
  const sample = { sent: 0, lost: 0, received: 0, missing: 0, rtt: 0, freezes: 0, at: 0 };
  report.forEach((each) => {
    sample.at = Math.max(sample.at, each.timestamp);
    if (each.type === "remote-inbound-rtp") {
      sample.rtt = Math.max(sample.rtt, each.roundTripTime ?? 0);
      sample.lost += Math.max(0, each.packetsLost ?? 0);
    } else if (each.type === "outbound-rtp") {
      sample.sent += each.packetsSent ?? 0;
    } else if (each.type === "inbound-rtp") {
      sample.received += each.packetsReceived ?? 0;
      sample.missing += Math.max(0, each.packetsLost ?? 0);
      sample.freezes += each.freezeCount ?? 0;
    } else if (each.type === "candidate-pair" && each.nominated && each.currentRoundTripTime) {
      sample.rtt = Math.max(sample.rtt, each.currentRoundTripTime);
    }
  });
  return sample;
}

/** The line between two samples. @param {Sample} before @param {Sample} after @returns {Link} */
export function judge(before, after) {
  const up = share(after.lost - before.lost, after.sent - before.sent);
  const down = share(after.missing - before.missing, after.received - before.received);
  const loss = Math.max(up, down);
  if (after.rtt > BAD.rtt || loss > BAD.loss) return "bad";
  if (after.rtt > POOR.rtt || loss > POOR.loss) return "poor";
  return "good";
}

/**
 * How long each picture is held before it is shown. Packets that were lost come a moment later, as
 * repetitions; a picture that is shown at once cannot wait for them and stands still instead.
 */
export class Steadiness {
  /** @type {Map<string, {asked: number, received: number}>} */ #before = new Map();
  /** @type {Map<string, number>} */ #until = new Map();

  /**
   * @param {RTCStatsReport} report @param {number} now in ms
   * @returns {Map<string, number | null>} ms for each track that is received; null: as the browser thinks best
   */
  look(report, now) {
    const wanted = new Map();
    report.forEach((each) => {
      if (each.type !== "inbound-rtp" || each.kind !== "video" || !each.trackIdentifier) return;
      const seen = { asked: each.nackCount ?? 0, received: each.packetsReceived ?? 0 };
      const before = this.#before.get(each.trackIdentifier) ?? seen;
      this.#before.set(each.trackIdentifier, seen);
      const received = seen.received - before.received;
      if (received >= FEW && seen.asked - before.asked > received * HOLES) this.#until.set(each.trackIdentifier, now + STEADY_FOR);
      wanted.set(each.trackIdentifier, (this.#until.get(each.trackIdentifier) ?? 0) > now ? STEADY : null);
    });
    return wanted;
  }
}

/** @param {number} lost @param {number} all */
function share(lost, all) {
  // Too few packets to tell: a camera that is off is not a bad line.
  return all + lost < ENOUGH ? 0 : Math.max(0, lost) / (all + lost);
}
