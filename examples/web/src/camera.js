// The camera, and MediaPipe's pose estimator from the page's own folder.

const FOLDER = "pose/";

export class Camera {
  /**
   * @param {HTMLVideoElement} video Where the camera is shown.
   * @param {number} frameRate Frames a second that the model was trained on.
   */
  constructor(video, frameRate) {
    this.video = video;
    this.frameRate = frameRate;
    this.found = {};
    this.running = false;
  }

  /** Ask for the camera and load the estimator. */
  async start() {
    if (!navigator.mediaDevices) {
      throw new Error("Expected a page from https:// or localhost, which alone get the camera");
    }
    this.media = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "user" } });
    try {
      this.video.srcObject = this.media;
      await this.video.play();
      this.estimator = await openEstimator();
      this.estimator.onResults((found) => {
        this.found = found;
      });
      await this.estimator.send({ image: this.video });
    } catch (error) {
      this.close();
      throw error;
    }
    this.running = true;
  }

  get picture() {
    return { width: this.video.videoWidth, height: this.video.videoHeight };
  }

  /**
   * Look again and again, until `stop`.
   *
   * A model knows the speed of a movement by its frames: where the estimator is slower than they
   * are, what it found last stands for more than one of them.
   *
   * @param {(found: object) => Promise<void>} take Given what is seen, once for each frame.
   */
  run(take) {
    this.done = this.look(take).finally(() => this.close());
    return this.done;
  }

  async look(take) {
    let frames = 0;
    const begin = performance.now();
    while (this.running) {
      await this.estimator.send({ image: this.video });
      const due = Math.floor(((performance.now() - begin) / 1000) * this.frameRate);
      // After a pause, such as that of a hidden page, what was not seen is left out.
      frames = Math.max(frames, due - this.frameRate);
      for (; this.running && frames < due; frames++) await take(this.found);
      await new Promise(requestAnimationFrame);
    }
  }

  /** Resolves when the last frame has been taken and the camera is off. */
  async stop() {
    this.running = false;
    await this.done?.catch(() => {});
  }

  close() {
    for (const track of this.media.getTracks()) track.stop();
    this.video.srcObject = null;
    this.estimator?.close();
  }
}

async function openEstimator() {
  if (!globalThis.Pose) await loadScript(`${FOLDER}pose.js`);
  const estimator = new globalThis.Pose({ locateFile: (name) => `${FOLDER}${name}` });
  estimator.setOptions({ modelComplexity: 0, smoothLandmarks: true });
  await estimator.initialize();
  return estimator;
}

function loadScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`Expected the file ${address} beside the page`));
    document.head.append(script);
  });
}
