// Plays the figures of a page. Each brings its numbers with it, as JSON.
(() => {
  "use strict";

  const MISSING = -32768;
  const MOST = 65535;
  const LONGEST = 600; // frames that the tracks show at once
  const TRAIL = 60; // frames of the hip's way
  const SIDES = ["middle", "left", "right"];
  const SIZE = 1000; // of the stage, in its own units

  const numbers = (text, kind) =>
    new kind(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);

  const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

  const short = (value) => Math.round(10 * value) / 10;

  const draw = (parent, name, path) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", "path");
    made.setAttribute("class", name);
    made.setAttribute("d", path ?? "");
    parent.append(made);
    return made;
  };

  // For each frame the class that a list of runs, [begin, class], gives it.
  const spread = (runs, frames) => {
    const classes = new Int32Array(frames).fill(-1);
    runs.forEach(([begin, number], index) =>
      classes.fill(number, begin, index + 1 < runs.length ? runs[index + 1][0] : frames),
    );
    return classes;
  };

  class Person {
    constructor(svg, data) {
      this.svg = svg;
      this.data = data;
      this.positions = numbers(data.positions, Int16Array);
      this.turn = 0;
      const flat = data.axes === 2;
      svg.classList.toggle("flat", flat);
      this.ground = draw(svg, "ground");
      this.bodies = Array.from({ length: data.bodies }, (_, body) => ({
        way: draw(svg, "way"),
        sides: SIDES.map((side) => draw(svg, `${side} body-${body % 3}`)),
        dots: draw(svg, "dots"),
      }));
    }

    // Where a joint is on the stage, or null where it is nowhere.
    place(frame, body, joint) {
      const { axes, bodies, joints, step } = this.data;
      const start = axes * (joints * (bodies * frame + body) + joint);
      const x = this.positions[start];
      if (x === MISSING) return null;
      const z = axes === 3 ? this.positions[start + 2] : 0;
      const across = Math.cos(this.turn) * x + Math.sin(this.turn) * z;
      const scale = step * this.scale;
      return [short(scale * across), short(-scale * this.positions[start + 1])];
    }

    hip(frame, body) {
      const places = this.data.hip.map((joint) => this.place(frame, body, joint));
      if (!places.length || places.includes(null)) return null;
      return [0, 1].map((axis) => places.reduce((sum, place) => sum + place[axis], 0) / places.length);
    }

    show(frame) {
      const { half } = this.data;
      const depth = half.length === 3 ? half[2] : 0;
      const width = Math.abs(Math.cos(this.turn)) * half[0] + Math.abs(Math.sin(this.turn)) * depth;
      this.scale = SIZE / Math.max(width, half[1]);
      const [right, up] = [width * this.scale, half[1] * this.scale];
      this.svg.setAttribute("viewBox", `${-right} ${-up} ${2 * right} ${2 * up}`);
      this.ground.setAttribute("d", `M${-9 * SIZE} ${short(0.985 * up)}H${9 * SIZE}`);
      this.bodies.forEach((drawn, body) => this.showBody(drawn, body, frame));
    }

    showBody(drawn, body, frame) {
      const paths = { left: "", right: "", middle: "" };
      for (const [near, far, side] of this.data.bones) {
        const [a, b] = [this.place(frame, body, near), this.place(frame, body, far)];
        if (a && b) paths[side] += `M${a}L${b}`;
      }
      SIDES.forEach((side, index) => drawn.sides[index].setAttribute("d", paths[side]));
      let dots = "";
      for (let joint = 0; joint < this.data.joints; joint += 1) {
        const place = this.place(frame, body, joint);
        if (place) dots += `M${place}h.01`;
      }
      drawn.dots.setAttribute("d", dots);
      let way = "";
      let before = null;
      for (let each = Math.max(0, frame - TRAIL); each <= frame; each += 1) {
        const place = this.hip(each, body);
        if (place) way += `${before ? "L" : "M"}${place.map(short)}`;
        before = place;
      }
      drawn.way.setAttribute("d", way);
    }
  }

  class Player {
    constructor(root) {
      root.dataset.ready = "";
      this.root = root;
      this.data = JSON.parse(root.querySelector("script").textContent);
      const { data } = this;
      const { frames } = data;
      this.frame = 0;
      this.playing = null;
      this.seen = new Uint8Array(frames).fill(1);
      for (const [begin, end] of data.nobody) this.seen.fill(0, begin, end);
      this.shares = data.tracks.map((text) => numbers(text, Uint16Array));
      if (data.names) {
        this.answers = Object.fromEntries(
          ["now", "soFar"].map((kind) => [
            kind,
            {
              classes: spread(data[kind].runs, frames),
              shares: numbers(data[kind].shares, Uint16Array),
            },
          ]),
        );
      }
      const svg = this.find(".person");
      this.person = svg && new Person(svg, data);
      this.rows = [...root.querySelectorAll(".track.share")];
      this.groups = [...root.querySelectorAll(".track.updates")].reverse();
      this.due = data.updates.map((moments) => new Set(moments));
      this.listen();
      this.go(Math.max(0, this.seen.indexOf(1)));
    }

    find(selector) {
      return this.root.querySelector(selector);
    }

    listen() {
      const position = this.find(".position");
      position.addEventListener("input", () => {
        this.stop();
        this.go(Number(position.value));
      });
      this.find(".play").addEventListener("click", () => (this.playing ? this.stop() : this.play()));
      this.find(".speed").addEventListener("change", () => this.playing && this.play());
      this.find(".tracks")?.addEventListener("pointerdown", (event) => {
        const strip = event.target.closest(".track")?.querySelector("svg").getBoundingClientRect();
        if (!strip || event.clientX < strip.left || event.clientX > strip.right) return;
        const share = (event.clientX - strip.left) / strip.width;
        this.stop();
        this.go(Math.min(this.begin + Math.floor(share * this.length), this.data.frames - 1));
      });
      const turn = this.find(".turn");
      if (!turn) return;
      turn.addEventListener("input", () => this.turn(Number(turn.value)));
      const { svg } = this.person;
      svg.addEventListener("pointerdown", (event) => {
        svg.setPointerCapture(event.pointerId);
        this.held = { from: event.clientX, turn: Number(turn.value) };
      });
      svg.addEventListener("pointermove", (event) => {
        if (!this.held) return;
        const degrees = this.held.turn + (event.clientX - this.held.from) / 2;
        turn.value = ((((degrees + 180) % 360) + 360) % 360) - 180;
        this.turn(Number(turn.value));
      });
      for (const name of ["pointerup", "pointercancel"]) {
        svg.addEventListener(name, () => (this.held = null));
      }
    }

    turn(degrees) {
      this.person.turn = (degrees * Math.PI) / 180;
      this.person.show(this.frame);
    }

    play() {
      const last = this.data.frames - 1;
      const from = this.frame >= last ? 0 : this.frame;
      const speed = Number(this.find(".speed").value);
      const step = (1000 * this.data.seconds) / speed; // milliseconds
      const begin = performance.now();
      const playing = {};
      this.playing = playing;
      this.find(".play").textContent = "Pause";
      const next = () => {
        if (this.playing !== playing) return;
        const passed = performance.now() - begin;
        const steps = Math.floor(passed / step);
        this.go(Math.min(from + steps, last));
        if (from + steps >= last) this.stop();
        else setTimeout(next, (steps + 1) * step - passed);
      };
      next();
    }

    stop() {
      this.playing = null;
      this.find(".play").textContent = "Play";
    }

    go(frame) {
      this.frame = frame;
      const seconds = `${(frame * this.data.seconds).toFixed(2)} s`;
      const position = this.find(".position");
      position.value = frame;
      position.setAttribute("aria-valuetext", `frame ${frame}, ${seconds}`);
      this.find(".time").textContent = `${seconds}, frame ${frame}`;
      const absent = this.find(".absent");
      if (absent) absent.hidden = Boolean(this.seen[frame]);
      this.person?.show(frame);
      this.showTracks();
      this.showValues();
    }

    showValues() {
      const { frame, data } = this;
      const { names, label, shown = [] } = data;
      const channels = this.rows.length - shown.length; // they come first
      shown.forEach((number, index) => {
        const row = this.rows[channels + index];
        const share = this.shares[channels + index][frame] / MOST;
        row.querySelector(".value").textContent = this.seen[frame] ? percent(share) : "";
        row.classList.toggle("best", number === this.answers.now.classes[frame]);
      });
      this.groups.forEach((row, group) => {
        const due = this.due[group].has(frame);
        row.classList.toggle("due", due);
        row.querySelector(".value").textContent = due ? "●" : "";
      });
      if (!names) return;
      for (const [kind, selector] of [["now", ".now"], ["soFar", ".so-far"]]) {
        const { classes, shares } = this.answers[kind];
        const number = classes[frame];
        const [name, share, mark] = ["class", "share", "mark"].map((part) =>
          this.find(`.verdict ${selector} .${part}`),
        );
        name.textContent = number < 0 ? "–" : names[number];
        share.textContent = number < 0 ? "" : percent(shares[frame] / MOST);
        const right = number === label;
        const judged = number >= 0 && label !== null;
        mark.textContent = judged ? (right ? "✓ right" : "✗ wrong") : "";
        mark.className = `mark ${right ? "right" : "wrong"}`;
      }
    }

    // The tracks show the whole clip, or of a long one the stretch that the frame is in.
    showTracks() {
      const { frame, data } = this;
      if (!this.find(".tracks")) return;
      const length = Math.min(LONGEST, data.frames);
      const begin = Math.min(Math.floor(frame / length) * length, data.frames - length);
      const at = (frame - begin + 0.5) / length;
      this.find(".cursor").style.setProperty("--at", at);
      if (begin === this.begin) return;
      this.begin = begin;
      this.length = length;
      const end = Math.min(begin + length, data.frames);
      const span = this.find(".span");
      const ends = [begin, begin + length - 1].map((each) => {
        const made = document.createElement("span");
        made.textContent = each === begin ? `frame ${each}` : String(each);
        return made;
      });
      span.replaceChildren(...ends);
      const empty = (row) => {
        const svg = row.querySelector("svg");
        svg.setAttribute("viewBox", `${begin} 0 ${length} 100`);
        svg.replaceChildren();
        return svg;
      };
      this.rows.forEach((row, index) => draw(empty(row), "", this.area(index, begin, end)));
      this.groups.forEach((row, group) => {
        const inside = data.updates[group].filter((moment) => begin <= moment && moment < end);
        draw(empty(row), "", inside.map((moment) => `M${moment + 0.5} 12V88`).join(""));
      });
      for (const row of this.root.querySelectorAll(".track.run")) {
        this.showRuns(empty(row), this.answers[row.dataset.run].classes, begin, end);
      }
      const nobody = this.find(".track.nobody");
      if (nobody) {
        const inside = data.nobody.filter(([from, to]) => from < end && to > begin);
        draw(empty(nobody), "", inside.map(([from, to]) => `M${from} 0H${to}V100H${from}Z`).join(""));
      }
    }

    area(index, begin, end) {
      const shares = this.shares[index];
      let path = "";
      for (let frame = begin; frame < end; frame += 1) {
        if (!this.seen[frame]) continue;
        if (frame === begin || !this.seen[frame - 1]) path += `M${frame} 100`;
        path += `V${short(100 - (96 * shares[frame]) / MOST)}H${frame + 1}`;
        if (frame + 1 === end || !this.seen[frame + 1]) path += "V100Z";
      }
      return path;
    }

    // Right answers are high, others low; where the truth is not known, neighbours differ.
    showRuns(svg, classes, begin, end) {
      const { label, names } = this.data;
      let high = false;
      for (let from = begin; from < end; ) {
        let to = from + 1;
        while (to < end && classes[to] === classes[from]) to += 1;
        const number = classes[from];
        if (number >= 0) {
          high = label === null ? !high : number === label;
          const kind = label === null ? "other" : high ? "hit" : "miss";
          const path = draw(svg, kind, `M${from} 100V${high ? 4 : 60}H${to}V100Z`);
          const title = document.createElementNS(svg.namespaceURI, "title");
          title.textContent = names[number];
          path.append(title);
        }
        from = to;
      }
    }
  }

  const start = () => {
    for (const root of document.querySelectorAll(".drnn-animation:not([data-ready])")) {
      new Player(root);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
