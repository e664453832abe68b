// Draws people as stick figures, seen from the front: x to the right, y up.

import { axesOf, layoutOf, sideOf } from "./layout.js";

const MARGIN = 0.08;

export class Skeleton {
  /**
   * @param {HTMLCanvasElement} canvas Where to; colours are the custom properties --left, --right
   *     and --middle of its style.
   * @param {StreamingClassifier} classifier Whose frames.
   */
  constructor(canvas, classifier) {
    this.canvas = canvas;
    [this.bodies, this.joints, this.axes] = classifier.frameShape;
    this.layout = layoutOf(classifier.metadata);
    [this.across, this.up] = axesOf(classifier.metadata);
    this.window = null;
  }

  /** Choose the part of the world that is shown, so that all these frames are seen in it. */
  fit(frames) {
    let [left, right, low, high] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const frame of frames) {
      for (const person of this.people(frame)) {
        for (const [x, y] of person) {
          if (Number.isNaN(x)) continue;
          [left, right] = [Math.min(left, x), Math.max(right, x)];
          [low, high] = [Math.min(low, y), Math.max(high, y)];
        }
      }
    }
    this.window = left <= right ? [left, right, low, high] : null;
  }

  /** Draw a frame, or nothing for a lost one. */
  draw(frame) {
    const { canvas } = this;
    const ratio = window.devicePixelRatio;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== width * ratio) canvas.width = width * ratio;
    if (canvas.height !== height * ratio) canvas.height = height * ratio;
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    if (!this.layout || !this.window || !frame) return;
    const [left, right, low, high] = this.window;
    const scale =
      (1 - 2 * MARGIN) * Math.min(width / (right - left || 1), height / (high - low || 1));
    const place = ([x, y]) => [
      width / 2 + (x - (left + right) / 2) * scale,
      height / 2 - (y - (low + high) / 2) * scale,
    ];
    pen.lineCap = "round";
    const style = getComputedStyle(canvas);
    const colours = Object.fromEntries(
      ["left", "right", "middle"].map((side) => [side, style.getPropertyValue(`--${side}`)]),
    );
    this.people(frame).forEach((person) => this.drawPerson(pen, person.map(place), colours));
  }

  drawPerson(pen, points, colours) {
    const { bones, joint_names: names } = this.layout;
    for (const [near, far] of bones) {
      if (Number.isNaN(points[near][0] + points[far][0])) continue;
      pen.strokeStyle = colours[sideOf(names[far])];
      pen.lineWidth = 5;
      pen.beginPath();
      pen.moveTo(...points[near]);
      pen.lineTo(...points[far]);
      pen.stroke();
    }
    points.forEach(([x, y], joint) => {
      if (Number.isNaN(x)) return;
      pen.fillStyle = colours[sideOf(names[joint])];
      pen.beginPath();
      pen.arc(x, y, 4, 0, 2 * Math.PI);
      pen.fill();
    });
  }

  /** The people who are there: for each joint where it is, NaN where it is missing. */
  people(frame) {
    if (!frame) return [];
    const size = this.joints * this.axes;
    return Array.from({ length: this.bodies }, (_, body) =>
      Array.from({ length: this.joints }, (_, joint) => {
        const begin = body * size + joint * this.axes;
        return [this.across, this.up].map(([axis, factor]) => frame[begin + axis] * factor);
      }),
    ).filter((person) => person.some(([x, y]) => x || y));
  }
}
