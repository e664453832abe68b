// Plays a clip in the page as a user does, and writes what came of it as JSON:
//
//     node browser/check.js FOLDER STREAM CLIP OTHER_CLIP
//
// OTHER_CLIP does not fit the model.

import { choose, openPage } from "./open.js";

const [folder, stream, clip, otherClip] = process.argv.slice(2);
const { page, errors, elsewhere, close } = await openPage(folder, {
  viewport: { width: 390, height: 844 },
});
try {
  const begin = await page.textContent("#status");
  const about = await choose(page, "#model", stream);
  await choose(page, "#clip", clip);
  // By the keyboard: play from the start, faster than it was, then to the end and back.
  await page.selectOption("#speed", "4");
  await page.focus("#play");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("position").value > 2);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.getElementById("play").textContent === "Play");
  await page.focus("#position");
  await page.keyboard.press("End");
  await page.waitForFunction(() => {
    const { value, max } = document.getElementById("position");
    return globalThis.answers.length > max && document.getElementById("time").dataset.frame === max;
  });
  const end = await page.evaluate(() => ({
    scores: globalThis.answers.map(({ scores }) => [...scores]),
    signatures: globalThis.answers.map(({ signature }) => signature),
    events: globalThis.answers.map(({ event }) => event),
    shownEvents: [...document.querySelectorAll("#events li")].map((row) => row.innerText),
    shownScores: [...document.querySelectorAll("#scores li")].map((row) => row.innerText),
    now: document.querySelector(".now").innerText,
    drawn: document
      .getElementById("skeleton")
      .getContext("2d")
      .getImageData(0, 0, 1000, 1000)
      .data.some(Boolean),
    width: document.documentElement.scrollWidth,
  }));
  const refused = await choose(page, "#clip", otherClip);
  const refusedModel = await choose(page, "#model", clip);
  console.log(JSON.stringify({ begin, about, ...end, refused, refusedModel, errors, elsewhere }));
} finally {
  await close();
}
