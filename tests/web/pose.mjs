// What the camera's pose becomes for models of several kinds. Fails by an assertion.

import assert from "node:assert/strict";

import { POSE } from "../../examples/web/src/layout.js";
import { frameOf, lacking } from "../../examples/web/src/pose.js";

const KINECT = ["hip centre", "spine", "left hand", "right foot"];
const PICTURE = { width: 640, height: 480 };
const found = {
  poseWorldLandmarks: POSE.map((_, joint) => ({ x: joint, y: 100 + joint, z: 200 + joint })),
  poseLandmarks: POSE.map((_, joint) => ({ x: joint / 64, y: joint / 48 })),
};
const frame = (shape, metadata, joints) => [
  ...frameOf(found, { frameShape: shape, metadata }, joints, PICTURE),
];
const mean = (...names) => names.reduce((sum, name) => sum + POSE.indexOf(name), 0) / names.length;

assert.deepEqual(lacking([...KINECT, ...POSE]), []);
assert.deepEqual(lacking(["nose", "tail"]), ["tail"]);
assert.equal(frameOf({}, { frameShape: [1, 33, 3], metadata: {} }, POSE, PICTURE), null);

// As the estimator gives them, where they were recorded so; as it would be for z up, in millimetres.
const recorded = (up, units) => ({ input: "recorded", reading: { up, units } });
const raw = found.poseWorldLandmarks.flatMap(({ x, y, z }) => [x, y, z]);
assert.deepEqual(frame([1, 33, 3], recorded("-y", "metres"), POSE), raw);
const turned = found.poseWorldLandmarks.flatMap(({ x, y, z }) => [x, z, -y].map((a) => a * 1000));
assert.deepEqual(frame([1, 33, 3], recorded("z", "millimetres"), POSE), turned);
const pixels = found.poseLandmarks.flatMap((_, joint) => [10 * joint, 10 * joint]);
assert.deepEqual(frame([1, 33, 2], recorded("-y", "pixels"), POSE), pixels);

// For a Kinect's joints means of several; x to the left of the camera, y up, z away from it.
const places = [
  mean("left hip", "right hip"),
  mean("left hip", "right hip", "left shoulder", "right shoulder"),
  mean("left pinky", "left index"),
  mean("right foot index"),
];
const kinect = places.flatMap((place) => [-place, -(100 + place), 200 + place]);
const absent = Array(12).fill(0);
assert.deepEqual(frame([2, 4, 3], {}, KINECT), [...kinect, ...absent]);
assert.ok(frame([2, 33, 3], recorded("-y"), POSE).slice(99).every(Number.isNaN));
