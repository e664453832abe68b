// Classifies a stream frame by frame, as keras_drnn_runtime does in Python.

import { Tensor, loadAndCompile } from "@litertjs/core";

import { readMetadata } from "./metadata.js";

/** A streaming `.tflite` file; `loadLiteRt` has to have been called. */
export class StreamingClassifier {
  /**
   * @param {Uint8Array} content The file.
   * @returns {Promise<StreamingClassifier>}
   */
  static async load(content) {
    const metadata = readMetadata(content);
    const model = await loadAndCompile(content, { accelerator: "wasm" });
    if (!model.signatures.step) {
      const found = Object.keys(model.signatures).join(", ");
      model.delete();
      throw new Error(
        "Expected a stream, with a signature 'step': `drnn export --streaming` writes one. " +
          `Received: a file with ${found}`,
      );
    }
    return new StreamingClassifier(model, metadata);
  }

  constructor(model, metadata) {
    this.metadata = metadata;
    this.signatures = model.signatures;
    const inputs = model.signatures.step.getInputDetails();
    /** Sizes of a frame: bodies, joints and axes. */
    this.frameShape = [...inputs.find(({ name }) => name === "frame").shape].slice(1);
    this.classes = model.signatures.step
      .getOutputDetails()
      .find(({ name }) => name === "scores")
      .shape.at(-1);
    /** Names of the classes in the order of the scores. */
    this.labels =
      metadata.labels ?? Array.from({ length: this.classes }, (_, index) => `class ${index}`);
    this.parts = inputs.filter(({ name }) => name !== "frame");
    const skips = Object.keys(model.signatures).some((name) => name.startsWith("step_"));
    this.clocks = skips ? metadata.clocks : [];
    this.model = model;
  }

  /** Start a stream, independent of all others. */
  openStream() {
    return new Stream(this);
  }

  delete() {
    this.model.delete();
  }
}

/** One stream of frames. Call `step` again only when the step before is done. */
class Stream {
  constructor(classifier) {
    this.classifier = classifier;
    this.shape = [1, ...classifier.frameShape];
    this.reset();
  }

  /** Forget all frames: the state before the first one is all zero. */
  reset() {
    this.delete();
    this.scores = null;
    this.state = {};
    for (const { name, shape, dtype } of this.classifier.parts) {
      const array = dtype === "int32" ? Int32Array : Float32Array;
      const size = shape.reduce((product, each) => product * each, 1);
      this.state[name] = new Tensor(new array(size), shape);
    }
  }

  /**
   * Scores after one more frame.
   *
   * @param {Float32Array | null} frame All its numbers, a person who is absent zero; null for a
   *     lost frame: a model that knows those gets one of zeros, any other repeats its scores.
   * @returns {Promise<Float32Array>}
   */
  async step(frame) {
    if (frame === null) {
      if (!this.classifier.metadata.masks_zero_frames) {
        if (!this.scores) throw new Error("Expected a first frame to hold. Received: null");
        return this.scores;
      }
      frame = new Float32Array(this.shape.reduce((product, each) => product * each));
    }
    const before = { ...this.state, frame: new Tensor(frame, this.shape) };
    /** The signature that computed the last frame. */
    this.ran = this.signature();
    const { scores, ...state } = await this.classifier.signatures[this.ran].run(before);
    // What was put in is read by no one any more; what came out stays where it is.
    for (const tensor of Object.values(before)) tensor.delete();
    this.state = state;
    this.scores = scores.toTypedArray();
    scores.delete();
    return this.scores;
  }

  /** The signature that computes the groups that are due, or `step`, which computes all. */
  signature() {
    const { clocks, signatures } = this.classifier;
    if (!clocks.length) return "step";
    const phases = this.state.clock.toTypedArray();
    const words = clocks.map(({ begin, due }) =>
      due.map((phase, group) => (phases[begin + group] === phase ? 1 : 0)).join(""),
    );
    const name = ["step", ...words].join("_");
    return name in signatures ? name : "step";
  }

  delete() {
    for (const tensor of Object.values(this.state ?? {})) tensor.delete();
    this.state = {};
  }
}
