/** A sound that calls somebody to the screen. */

/** Two friendly tones, twice. Before the first press on a page browsers keep silent. */
export async function chime() {
  const context = new AudioContext();
  await context.resume();
  const at = context.currentTime;
  for (const [index, hertz] of [523, 659, 523, 659].entries()) {
    const start = at + index * 0.4;
    const tone = new OscillatorNode(context, { frequency: hertz });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.3, start + 0.05);
    volume.gain.linearRampToValueAtTime(0, start + 0.35);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + 0.4);
  }
  setTimeout(() => void context.close(), 2_500);
}
