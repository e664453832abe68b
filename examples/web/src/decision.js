// From scores to events, as keras_drnn_runtime does in Python: which action begins, which ends.

const NOTHING = -1;

/** What a file without a decision of its own is read by: plain thresholds, chosen on no data. */
export const PLAIN = { temperature: 1, smoothing: 8, enter: 0.6, leave: 0.3, background: [] };

/**
 * Turns the scores of a stream, frame by frame, into events.
 *
 * An event is `{number, begin, end, certainty}`: the class, its first frame, the frame behind its
 * last one (null while it lasts) and the highest smoothed probability that it has had.
 */
export class EventDetector {
  /** @param {object} decision As the file has it: temperature, smoothing, enter, leave, background. */
  constructor(decision) {
    this.decision = { ...PLAIN, ...decision };
    this.frames = 0;
    /** The event that lasts, or null. */
    this.current = null;
    /** Smoothed probabilities of the classes, once there was a frame. */
    this.probabilities = null;
    this.likeliest = NOTHING;
    this.since = 0;
    this.until = 0;
  }

  /**
   * Take the scores of one more frame.
   *
   * @param {Float32Array | null} scores Logits; null for a frame without anybody.
   * @returns {object | null} An event that begins with this frame or ends with it, never two.
   */
  step(scores) {
    const frame = this.frames++;
    if (!scores && !this.probabilities) return null;
    const likely = scores ? probabilitiesOf(scores, this.decision.temperature) : null;
    this.probabilities = Array.from(this.probabilities ?? scores.map(() => 0), (before, index) => {
      return before + ((likely?.[index] ?? 0) - before) / this.decision.smoothing;
    });
    const { enter, leave, background } = this.decision;
    const actions = this.probabilities.map((each, index) => (background.includes(index) ? 0 : each));
    const nothing = background.reduce((sum, index) => sum + this.probabilities[index], 0);
    let highest = Math.max(...actions);
    let best = actions.indexOf(highest);
    if (highest < leave || highest <= nothing) [best, highest] = [NOTHING, nothing];
    if (best !== this.likeliest) [this.likeliest, this.since] = [best, frame];
    if (!this.current) {
      if (best === NOTHING || highest < enter) return null;
      this.until = this.frames;
      this.current = { number: best, begin: this.since, end: null, certainty: highest };
      return this.current;
    }
    const own = actions[this.current.number];
    if (best === this.current.number) {
      this.until = frame + 1;
      this.current = { ...this.current, certainty: Math.max(own, this.current.certainty) };
    } else if (own < leave || highest >= enter) {
      const event = { ...this.current, end: this.until };
      this.current = null;
      return event;
    }
    return null;
  }
}

/** Softmax of the scores over the temperature; zeros where a score is not finite. */
function probabilitiesOf(scores, temperature) {
  const highest = Math.max(...scores) / temperature;
  const likely = Array.from(scores, (score) => Math.exp(score / temperature - highest));
  const sum = likely.reduce((total, each) => total + each, 0);
  return likely.map((each) => (Number.isFinite(sum) ? each / sum : 0));
}
