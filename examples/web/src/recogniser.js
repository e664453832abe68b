// Recognises actions in a stream of frames: events in place of scores, as in Python.

import { EventDetector } from "./decision.js";

export class Recogniser {
  /** @param {StreamingClassifier} classifier Of which it opens a stream of its own. */
  constructor(classifier) {
    this.nobodyIsZero = classifier.metadata.masks_zero_frames;
    this.stream = classifier.openStream();
    this.detector = new EventDetector(classifier.metadata.decision);
  }

  /**
   * Take one more frame.
   *
   * @param {Float32Array | null} frame As a stream's `step` takes it. In a frame without anybody, or
   *     that is lost, nothing happens: an action that lasts fades and ends, whatever the scores.
   * @returns {Promise<object | null>} An event that begins, its `end` is null, or one that ends.
   */
  async step(frame) {
    if (!frame && !this.nobodyIsZero) return this.detector.step(null);
    const scores = await this.stream.step(frame);
    const empty = !frame || (this.nobodyIsZero && !frame.some(Boolean));
    return this.detector.step(empty ? null : scores);
  }

  /** Scores after the last frame, and their smoothed probabilities. */
  get scores() {
    return this.stream.scores;
  }

  get probabilities() {
    return this.detector.probabilities;
  }

  /** The event that lasts, or null. */
  get current() {
    return this.detector.current;
  }

  delete() {
    this.stream.delete();
  }
}
