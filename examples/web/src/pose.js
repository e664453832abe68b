// Frames for a model from what MediaPipe's pose estimator finds in a picture.

import { POSE, axesOf } from "./layout.js";

const SIDES = ["left", "right"];
const both = (joint) => SIDES.map((side) => `${side} ${joint}`);

// Joints that the estimator does not give, as the mean of joints that it gives.
const MEANS = {
  "hip centre": both("hip"),
  "shoulder centre": both("shoulder"),
  neck: both("shoulder"),
  spine: [...both("hip"), ...both("shoulder")],
  head: both("ear"),
  ...Object.fromEntries(
    SIDES.flatMap((side) => [
      [`${side} hand`, [`${side} pinky`, `${side} index`]],
      [`${side} hand tip`, [`${side} index`]],
      [`${side} foot`, [`${side} foot index`]],
      [`${side} big toe`, [`${side} foot index`]],
      [`${side} small toe`, [`${side} foot index`]],
    ]),
  ),
};

/** The joints of a model that cannot be had from the estimator. */
export function lacking(joints) {
  return joints.filter((joint) => !(joint in MEANS) && !POSE.includes(joint));
}

/**
 * A frame for a model with one person in it, or null if nobody is seen.
 *
 * @param {object} found What the estimator gives: `poseWorldLandmarks` in metres about the hips,
 *     `poseLandmarks` in shares of the picture; y points down, z away from the camera.
 * @param {StreamingClassifier} classifier For what model.
 * @param {string[]} joints The names of its joints.
 * @param {{width: number, height: number}} picture Its size, for models of 2-D joints.
 */
export function frameOf(found, classifier, joints, picture) {
  const flat = classifier.frameShape[2] === 2;
  const landmarks = flat ? found.poseLandmarks : found.poseWorldLandmarks;
  if (!landmarks) return null;
  const recorded = classifier.metadata.input === "recorded";
  // Upright, y up: in a picture a flip, in space a turn, to the side from which a Kinect looks.
  const turn = flat ? [picture.width, -picture.height] : recorded ? [1, -1, -1] : [-1, -1, 1];
  const frame = new Float32Array(classifier.frameShape.reduce((a, b) => a * b)).fill(
    recorded ? NaN : 0,
  );
  joints.forEach((name, joint) => {
    const sources = (MEANS[name] ?? [name]).map((source) => landmarks[POSE.indexOf(source)]);
    const mean = (axis) => sources.reduce((sum, each) => sum + each[axis], 0) / sources.length;
    const upright = ["x", "y", "z"].slice(0, turn.length).map((axis, i) => mean(axis) * turn[i]);
    axesOf(classifier.metadata)
      .slice(0, turn.length)
      .forEach(([axis, factor], index) => {
        frame[joint * turn.length + axis] = upright[index] / factor;
      });
  });
  return frame;
}
