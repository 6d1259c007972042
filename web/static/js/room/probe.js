/** Trying out a microphone, a camera, a speaker and the line, each by what it really gives. */

const LOUD = 0.02;
const LOUD_ENOUGH = 4;
const DARK = 16;

/**
 * Listen until somebody was heard.
 *
 * @param {MediaStream} stream
 * @param {(level: number) => void} onLevel 0 to 1, about ten times a second
 * @param {number} patience milliseconds
 * @returns {Promise<"heard" | "silent">}
 */
export async function listen(stream, onLevel, patience) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 1024 });
  context.createMediaStreamSource(stream).connect(analyser);
  void context.resume();
  const samples = new Float32Array(analyser.fftSize);
  const until = Date.now() + patience;
  let loud = 0;
  while (Date.now() < until && loud < LOUD_ENOUGH) {
    analyser.getFloatTimeDomainData(samples);
    const level = Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length);
    onLevel(Math.min(1, level * 5));
    if (level > LOUD) loud += 1;
    await new Promise((then) => setTimeout(then, 100));
  }
  onLevel(0);
  void context.close();
  return loud >= LOUD_ENOUGH ? "heard" : "silent";
}

/**
 * Wait for a picture and say whether it can be seen.
 *
 * @param {HTMLVideoElement} video already playing the camera
 * @param {number} patience milliseconds
 * @returns {Promise<"seen" | "dark" | "nothing">}
 */
export async function look(video, patience) {
  const until = Date.now() + patience;
  while (video.readyState < 2 || video.videoWidth === 0) {
    if (Date.now() > until) return "nothing";
    await new Promise((then) => setTimeout(then, 100));
  }
  // Cameras need a moment to find the light.
  await new Promise((then) => setTimeout(then, 600));
  const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 24 });
  const context = canvas.getContext("2d");
  if (!context) return "seen";
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum += (data[at] ?? 0) + (data[at + 1] ?? 0) + (data[at + 2] ?? 0);
  return sum / (canvas.width * canvas.height * 3) < DARK ? "dark" : "seen";
}

/**
 * How quickly our own server answers: the middle of five tries, in milliseconds; null when it
 * does not.
 *
 * @param {string} address of something small
 */
export async function timeLine(address) {
  const times = [];
  for (let count = 0; count < 5; count += 1) {
    const from = performance.now();
    try {
      await (await fetch(address, { cache: "no-store" })).arrayBuffer();
      times.push(performance.now() - from);
    } catch {
      // A lost try counts as one that took for ever.
    }
  }
  times.sort((a, b) => a - b);
  return times.length < 3 ? null : (times[Math.floor(times.length / 2)] ?? null);
}
