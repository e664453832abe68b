// The page: a model, a clip or the camera, and what the model says.

import { loadLiteRt } from "@litertjs/core";

import { Camera } from "./camera.js";
import { readClip } from "./clip.js";
import { layoutOf } from "./layout.js";
import { Player } from "./player.js";
import { frameOf, lacking } from "./pose.js";
import { Recogniser } from "./recogniser.js";
import { Skeleton } from "./skeleton.js";
import { Stopwatch } from "./stopwatch.js";
import { StreamingClassifier } from "./streaming.js";
import { EventsView, ScoresView, StripView } from "./views.js";

// A camera may be left running.
const MOST_EVENTS = 200;

const at = (id) => document.getElementById(id);
const now = { name: at("now-name"), value: at("now-value") };

let classifier;
let skeleton;
let scores;
let events;
let player;
let camera;
let recogniser;

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
  // For a look from the browser's console, as the answers of a clip are.
  globalThis.classifier = classifier;
  skeleton = new Skeleton(at("skeleton"), classifier);
  scores = new ScoresView(at("scores"), now, classifier.labels);
  events = new EventsView(at("events"), at("no-events"), classifier.labels);
  at("clip").disabled = at("camera").disabled = false;
  at("strips").hidden = true;
  return `${aboutModel()} Choose a clip.`;
}

function aboutModel() {
  const { data, decision, delays } = classifier.metadata;
  const said = [`${classifier.classes} actions.`];
  if (delays?.length) said.push(`Delays of ${delays[0].join(", ")} frames.`);
  if (data === "demo") said.push("Trained on synthetic demo data, which says nothing about people.");
  if (!decision) said.push("The file has no decision of its own: events are found by plain thresholds.");
  return said.join(" ");
}

/** Start a stream; gives a function from a frame to what came of it, and what it cost. */
function openStream() {
  recogniser = new Recogniser(classifier);
  const { stream } = recogniser;
  const watch = new Stopwatch();
  return async (frame) => {
    const event = await watch.time(() => recogniser.step(frame));
    return {
      event,
      current: recogniser.current,
      scores: recogniser.scores,
      probabilities: recogniser.probabilities,
      signature: stream.ran,
      microseconds: watch.microseconds,
    };
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
    const happened = player.answers.slice(0, number + 1).reduce(note, []);
    strips[0].show(happened.map((event) => segmentOf(event, number + 1)));
    show(answer, happened, clip.frameRate);
    at("position").value = number;
    at("time").dataset.frame = number;
    const [time, whole] = [number, player.last].map((each) => (each / clip.frameRate).toFixed(1));
    at("time").textContent = `${time} of ${whole} s`;
    at("skeleton").setAttribute("aria-label", `Skeleton at frame ${number} of ${player.last}`);
  });
  globalThis.answers = player.answers;
  at("position").max = player.last;
  at("play").disabled = at("position").disabled = false;
  await player.seek(0);
  return `${aboutModel()} ${clip.about}`;
}

function show({ probabilities, current, microseconds, signature }, happened, frameRate) {
  if (probabilities) scores.show(probabilities, current);
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

/** Take an answer into the list of events: each is there once, as it is by now. */
function note(happened, { event, current }) {
  if (event?.end === null) happened.push(event);
  else if (event ?? current) happened[happened.length - 1] = event ?? current;
  return happened;
}

function segmentOf({ number, begin, end }, now) {
  return { label: classifier.labels[number], begin, end: end ?? now };
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
  const look = async (found) => {
    const frame = frameOf(found, classifier, layout.joint_names, opened.picture);
    const answer = await step(frame);
    note(happened, answer);
    if (happened.length > MOST_EVENTS) happened.shift();
    if (frame) skeleton.fit([frame]);
    skeleton.draw(frame);
    show(answer, happened, frameRate);
  };
  opened.run(look).catch((error) => say(error.message, "failed"));
  return `${aboutModel()} The camera is on; its pictures stay in this page.`;
}

async function stopAll() {
  const [playing, filming, recognising] = [player, camera, recogniser];
  player = camera = recogniser = undefined;
  await playing?.close();
  await filming?.stop();
  recognising?.delete();
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
