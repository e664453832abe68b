// The page: a model, a clip or the camera, and what the model says.

import { loadLiteRt } from "@litertjs/core";

import { Camera } from "./camera.js";
import { readClip } from "./clip.js";
import { Decision } from "./decision.js";
import { layoutOf } from "./layout.js";
import { Player } from "./player.js";
import { frameOf, lacking } from "./pose.js";
import { Skeleton } from "./skeleton.js";
import { Stopwatch } from "./stopwatch.js";
import { StreamingClassifier } from "./streaming.js";
import { EventsView, ScoresView, StripView } from "./views.js";

const at = (id) => document.getElementById(id);
const now = { name: at("now-name"), value: at("now-value") };

let classifier;
let skeleton;
let scores;
let events;
let player;
let camera;
let stream;

// The runtime's reports are no errors, although it writes them to where errors go.
globalThis.Module = {
  printErr: (line) => (/^(INFO|WARNING)/.test(line) ? console.debug(line) : console.error(line)),
};

/** Do what somebody asked for; what goes wrong is said on the page. */
async function attempt(what, action) {
  say(what, "busy");
  try {
    say(await action());
  } catch (error) {
    say(error.message, "failed");
  }
}

function say(text, kind = "") {
  at("status").textContent = text;
  at("status").className = kind;
}

async function openModel(content) {
  const opened = await StreamingClassifier.load(content);
  await stopAll();
  classifier?.delete();
  classifier = opened;
  skeleton = new Skeleton(at("skeleton"), classifier);
  scores = new ScoresView(at("scores"), now, classifier.labels);
  events = new EventsView(at("events"), at("no-events"), classifier.labels);
  at("clip").disabled = at("camera").disabled = false;
  at("strips").hidden = true;
  return `${aboutModel()} Choose a clip.`;
}

function aboutModel() {
  const { data, delays } = classifier.metadata;
  const trained = data === "demo" ? "Trained on synthetic demo data, which says nothing about people." : "";
  const groups = delays?.length ? ` Delays of ${delays[0].join(", ")} frames.` : "";
  return `${classifier.classes} actions.${groups} ${trained}`;
}

/** A stream from its start: what becomes of a frame, and what it cost. */
function openStream() {
  stream = classifier.openStream();
  const decision = new Decision(classifier.metadata);
  const watch = new Stopwatch();
  return async (frame) => {
    const found = await watch.time(() => stream.step(frame));
    const { ran: signature } = stream;
    return { scores: found, ...decision.step(found), microseconds: watch.microseconds, signature };
  };
}

async function openClip(text) {
  const clip = readClip(text, classifier);
  await stopAll();
  skeleton.fit(clip.frames);
  const strips = [at("found"), at("shown")].map((list) => new StripView(list, clip.frames.length));
  strips[1].show(clip.segments);
  at("shown-row").hidden = !clip.segments.length;
  at("strips").hidden = false;
  player = new Player(clip, openStream(), (number, answer) => {
    skeleton.draw(clip.frames[number]);
    const seen = player.answers.slice(0, number + 1);
    strips[0].show(segmentsOf(seen));
    show(answer, seen.map(({ event }) => event).filter(Boolean), clip.frameRate);
    at("position").value = number;
    at("time").dataset.frame = number;
    const [time, whole] = [number, player.last].map((each) => (each / clip.frameRate).toFixed(1));
    at("time").textContent = `${time} of ${whole} s`;
    at("skeleton").setAttribute("aria-label", `Skeleton at frame ${number} of ${player.last}`);
  });
  // For a look from the browser's console: what the model said, frame by frame.
  globalThis.answers = player.answers;
  at("position").max = player.last;
  at("play").disabled = at("position").disabled = false;
  await player.seek(0);
  return `${aboutModel()} ${clip.about}`;
}

function show({ probabilities, microseconds, signature }, happened, frameRate) {
  scores.show(probabilities);
  events.show(happened, frameRate);
  at("cost").textContent = `${Math.round(microseconds)} µs a frame`;
  const share = ((microseconds * frameRate) / 1e4).toPrecision(2);
  at("share").textContent = `for the recogniser, ${share} % of the time between two frames`;
  showGroups(signature.split("_").slice(1).join(""));
}

/** Which groups of the delayed RNN the last frame computed: a digit for each. */
function showGroups(digits) {
  at("groups").hidden = !digits;
  const computed = [...digits].filter((digit) => digit === "1").length;
  at("computed").textContent = `${computed} of ${digits.length} groups computed`;
  at("dots").textContent = digits.replaceAll("1", "●").replaceAll("0", "○");
}

/** Stretches of frames with the same action. */
function segmentsOf(answers) {
  const segments = [];
  answers.forEach(({ action }, number) => {
    const latest = segments.at(-1);
    if (latest?.action === action) latest.end = number + 1;
    else segments.push({ action, begin: number, end: number + 1 });
  });
  return segments
    .filter(({ action }) => action !== null)
    .map((segment) => ({ ...segment, label: classifier.labels[segment.action] }));
}

async function startCamera() {
  const layout = layoutOf(classifier.metadata);
  const missing = layout ? lacking(layout.joint_names) : ["no joints"];
  if (missing.length) {
    throw new Error(`The camera gives the joints of a body. The model reads ${missing.join(", ")}.`);
  }
  const frameRate = classifier.metadata.frame_rate ?? 30;
  const opened = new Camera(at("video"), frameRate);
  await opened.start();
  await stopAll();
  camera = opened;
  at("video").hidden = false;
  at("strips").hidden = true;
  at("camera").textContent = "Stop the camera";
  at("skeleton").setAttribute("aria-label", "Skeleton from the camera");
  const step = openStream();
  const happened = [];
  // It has to go on while the page says that it runs.
  camera.run(async (found) => {
    const frame = frameOf(found, classifier, layout.joint_names, camera.picture);
    const answer = await step(frame);
    if (answer.event) happened.push(answer.event);
    if (frame) skeleton.fit([frame]);
    skeleton.draw(frame);
    show(answer, happened, frameRate);
  }).catch((error) => say(error.message, "failed"));
  return `${aboutModel()} The camera is on; its pictures stay in this page.`;
}

async function stopAll() {
  const [playing, filming, opened] = [player, camera, stream];
  player = camera = stream = undefined;
  await playing?.close();
  filming?.stop();
  opened?.delete();
  at("video").hidden = true;
  at("camera").textContent = "Start the camera";
  at("play").disabled = at("position").disabled = true;
}

at("play").addEventListener("click", async () => {
  if (player.playing) {
    player.playing = false;
    return;
  }
  at("play").textContent = "Pause";
  await player.play(() => Number(at("speed").value));
  at("play").textContent = "Play";
});
at("position").addEventListener("input", () => player.seek(Number(at("position").value)));
at("model").addEventListener("change", ({ target }) =>
  attempt("Loading the model …", async () =>
    openModel(new Uint8Array(await target.files[0].arrayBuffer())),
  ),
);
at("clip").addEventListener("change", ({ target }) =>
  attempt("Reading the clip …", async () => openClip(await target.files[0].text())),
);
at("camera").addEventListener("click", () =>
  camera
    ? attempt("Stopping …", async () => {
        await stopAll();
        return `${aboutModel()} Choose a clip.`;
      })
    : attempt("Starting the camera; the pose estimator is being loaded …", startCamera),
);

await attempt("Loading the runtime …", async () => {
  await loadLiteRt("litert/");
  if (!DEMO) return "Choose a model: a file that `drnn export --streaming` has written.";
  const load = async (name) => new Response((await fetch(`demo/${name}`)).body);
  await openModel(new Uint8Array(await (await load("stream.tflite")).arrayBuffer()));
  return openClip(await (await load("clip.json")).text());
});
