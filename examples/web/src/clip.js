// Clips as JSON: an array of frames, or an object with `frames` and what is known of them.

/**
 * Read a clip for a model.
 *
 * A frame is an array of people, a person one of joints, a joint its coordinates; people who are
 * not there may be left out. `null` is a frame, a person or a joint that is missing.
 *
 * @param {string} text JSON: `[frame, ...]`, or `{"frames": [frame, ...], "frame_rate": 30,
 *     "about": "...", "segments": [{"label": "wave", "begin": 0, "end": 40}, ...]}`.
 * @param {StreamingClassifier} classifier For what model.
 * @returns {{frames: (Float32Array | null)[], frameRate: number, about: string, segments: object[]}}
 */
export function readClip(text, classifier) {
  let content;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`Expected a clip as JSON. Received: ${error.message}`);
  }
  const clip = Array.isArray(content) ? { frames: content } : content;
  if (!Array.isArray(clip?.frames) || !clip.frames.length) {
    throw new Error('Expected an array of frames, or an object with "frames". Received: neither');
  }
  return {
    frames: clip.frames.map((frame, number) => readFrame(frame, classifier, number)),
    frameRate: clip.frame_rate ?? classifier.metadata.frame_rate ?? 30,
    about: clip.about ?? "",
    segments: clip.segments ?? [],
  };
}

function readFrame(frame, classifier, number) {
  if (frame === null) return null;
  const [bodies, ...person] = classifier.frameShape;
  const takesGaps = classifier.metadata.input === "recorded";
  const fail = (received) => {
    throw new Error(
      `Expected frames of ${classifier.frameShape.join(" x ")} numbers. ` +
        `Received: ${received} in frame ${number}`,
    );
  };
  if (!Array.isArray(frame) || frame.length > bodies) fail(`${frame?.length ?? frame} people`);
  const size = sizeOf(person);
  const numbers = new Float32Array(bodies * size).fill(takesGaps ? NaN : 0);
  const fill = (value, [length, ...inner], begin) => {
    if (value === null && (takesGaps || begin % size === 0)) return;
    if (length === undefined) {
      if (!Number.isFinite(value)) fail(JSON.stringify(value));
      numbers[begin] = value;
      return;
    }
    if (value?.length !== length) fail(`${value?.length ?? value} in place of ${length}`);
    value.forEach((each, index) => fill(each, inner, begin + index * sizeOf(inner)));
  };
  frame.forEach((each, index) => fill(each, person, index * size));
  return numbers;
}

/** How many numbers a shape has. */
export function sizeOf(shape) {
  return shape.reduce((product, size) => product * size, 1);
}
