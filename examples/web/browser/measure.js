// Measures what a frame costs in Chromium, from a frame in JavaScript to scores in JavaScript:
//
//     node browser/measure.js FOLDER FRAMES ROUNDS STREAM ...
//
// The streams take turns. Writes the microseconds of a frame, of each round, as JSON: the mean of the
// frames without the slowest twentieth, in which other programs had the processor.

import { choose, openPage } from "./open.js";

const [folder, frames, rounds, ...streams] = process.argv.slice(2);
const { page, version, close } = await openPage(folder);
const microseconds = Object.fromEntries(streams.map((stream) => [stream, []]));
try {
  for (let round = 0; round < Number(rounds); round++) {
    for (const stream of streams) {
      await choose(page, "#model", stream);
      microseconds[stream].push(await page.evaluate(run, Number(frames)));
    }
  }
  console.log(JSON.stringify({ chromium: version, microseconds }));
} finally {
  await close();
}

/** In the page: whole streams, so that every signature runs as often as it does. */
async function run(count) {
  const { classifier } = globalThis;
  const size = classifier.frameShape.reduce((product, each) => product * each, 1);
  const made = Array.from({ length: 64 }, () =>
    Float32Array.from({ length: size }, () => Math.random() - 0.5),
  );
  const stream = classifier.openStream();
  for (let frame = 0; frame < count / 4; frame++) await stream.step(made[frame % 64]);
  const times = [];
  for (let frame = 0; frame < count; frame++) {
    const begin = performance.now();
    await stream.step(made[frame % 64]);
    times.push(performance.now() - begin);
  }
  stream.delete();
  const kept = times.toSorted((a, b) => a - b).slice(0, Math.ceil(0.95 * count));
  return (1000 * kept.reduce((sum, each) => sum + each, 0)) / kept.length;
}
