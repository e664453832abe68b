// Plays a clip: the stream is run up to the frame that is shown, and what it said is kept.

export class Player {
  /**
   * @param {object} clip As `readClip` gives it.
   * @param {(frame: Float32Array | null) => Promise<object>} step What a frame is given to, in order.
   * @param {(number: number, answer: object) => void} show Called for the frame to be seen.
   */
  constructor(clip, step, show) {
    this.clip = clip;
    this.step = step;
    this.show = show;
    this.answers = [];
    this.position = 0;
    this.playing = false;
    this.closed = false;
    this.working = Promise.resolve();
  }

  get last() {
    return this.clip.frames.length - 1;
  }

  /** Go to a frame; those before it that have not been run yet are run. */
  seek(position) {
    this.position = Math.min(Math.max(position, 0), this.last);
    // One after the other: a stream takes its frames in order.
    this.working = this.working.then(() => this.run(Math.floor(this.position)));
    return this.working;
  }

  async run(number) {
    while (!this.closed && this.answers.length <= number) {
      this.answers.push(await this.step(this.clip.frames[this.answers.length]));
    }
    if (!this.closed) this.show(number, this.answers[number]);
  }

  /**
   * Play until the end, or until `playing` is set to false.
   *
   * @param {() => number} speed Asked before every frame: 1 is the clip's own.
   */
  async play(speed) {
    this.playing = true;
    if (this.position >= this.last) this.position = 0;
    let before = await nextPicture();
    while (this.playing && !this.closed && this.position < this.last) {
      const now = await nextPicture();
      // A page that was hidden goes on where it was.
      const passed = Math.min(now - before, 250) / 1000;
      before = now;
      await this.seek(this.position + passed * this.clip.frameRate * speed());
    }
    this.playing = false;
  }

  close() {
    this.closed = true;
    return this.working;
  }
}

function nextPicture() {
  return new Promise(requestAnimationFrame);
}
