// What a step costs. Browsers round their clocks, so that a single step says little; and now and
// then something else takes the processor, which is not the step's cost.

const KEPT = 100;
const COUNTED = 0.9;

export class Stopwatch {
  constructor() {
    this.times = [];
  }

  /** Run an asynchronous function and take its time. */
  async time(run) {
    const begin = performance.now();
    const result = await run();
    this.times.push(performance.now() - begin);
    if (this.times.length > KEPT) this.times.shift();
    return result;
  }

  /** The mean of the last steps, without the slowest tenth of them. */
  get microseconds() {
    const fastest = this.times.toSorted((a, b) => a - b);
    fastest.length = Math.ceil(COUNTED * fastest.length);
    return (1000 * fastest.reduce((sum, each) => sum + each, 0)) / fastest.length;
  }
}
