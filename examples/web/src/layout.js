// What the joints of a file are: names, bones, sides.

import known from "./layouts.json" with { type: "json" };

/**
 * The layout of an exported file: the recordings' own, or the known one with the same joints.
 *
 * @param {object} metadata What the file says of itself.
 * @returns {{joint_names: string[], bones: number[][]} | undefined} Undefined for channels.
 */
export function layoutOf(metadata) {
  if (metadata.reading) return metadata.reading.layout ?? undefined;
  const joints = JSON.stringify(metadata.joints);
  return known.find(({ joint_names }) => JSON.stringify(joint_names) === joints);
}

/** The joints that the camera's pose estimator finds, in its order. */
export const POSE = known.find(({ name }) => name === "mediapipe_33").joint_names;

/** "left", "right" or "middle": `left hip`, `l_hip`, `LeftHip` and `LHip` are left. */
export function sideOf(joint) {
  const words = (joint.match(/[A-Z]?[a-z]+|[A-Z]/g) ?? []).map((word) => word.toLowerCase());
  if (words.includes("left") || words.includes("l")) return "left";
  return words.includes("right") || words.includes("r") ? "right" : "middle";
}

// Which axis points right and which up, and their signs, by the axis that points up.
const UPRIGHT = {
  y: [[0, 1], [1, 1], [2, 1]],
  "-y": [[0, 1], [1, -1], [2, -1]],
  z: [[0, 1], [2, 1], [1, -1]],
  "-z": [[0, 1], [2, -1], [1, 1]],
  x: [[1, -1], [0, 1], [2, 1]],
  "-x": [[1, 1], [0, -1], [2, 1]],
};
const METRES = { metres: 1, centimetres: 0.01, millimetres: 0.001 };

/**
 * The axes of the frames that a file takes: for x to the right, y up and z, which of the frame's
 * axes it is, and what that one is multiplied by. In metres, where the units are a length.
 */
export function axesOf(metadata) {
  const recorded = metadata.input === "recorded" ? metadata.reading : {};
  const size = METRES[recorded.units] ?? 1;
  return UPRIGHT[recorded.up ?? "y"].map(([axis, sign]) => [axis, sign * size]);
}
