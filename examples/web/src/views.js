// What the page shows beside the skeleton: scores, events, strips along the clip.

const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

/** A bar for each class; the highest one is marked, by more than its colour. */
export class ScoresView {
  constructor(list, now, labels) {
    this.now = now;
    this.labels = labels;
    this.rows = labels.map((label) => {
      const row = element("li");
      row.append(element("span", "name", label), element("span", "value"), element("span", "bar"));
      return row;
    });
    list.replaceChildren(...this.rows);
    this.clear();
  }

  show(probabilities, current) {
    const highest = probabilities.indexOf(Math.max(...probabilities));
    this.rows.forEach((row, index) => {
      row.className = index === highest ? "first" : "";
      row.style.setProperty("--share", probabilities[index]);
      row.children[1].textContent = percent(probabilities[index]);
    });
    this.now.name.textContent = current ? this.labels[current.number] : "–";
    this.now.value.textContent = current ? percent(probabilities[current.number]) : "";
  }

  clear() {
    for (const row of this.rows) {
      row.className = "";
      row.style.setProperty("--share", 0);
      row.children[1].textContent = "";
    }
    this.now.name.textContent = "–";
    this.now.value.textContent = "";
  }
}

/** The events so far, the latest first; read aloud when they begin. */
export class EventsView {
  constructor(list, none, labels) {
    this.list = list;
    this.none = none;
    this.labels = labels;
    this.clear();
  }

  /** Show these events, in the order in which they came, of frames of such a rate. */
  show(events, frameRate) {
    while (this.list.children.length > events.length) this.list.firstChild.remove();
    events.forEach(({ number, begin, end, certainty }, index) => {
      const row = this.list.children[this.list.children.length - 1 - index] ?? this.add();
      const [from, to] = [begin, end].map((frame) => (frame / frameRate).toFixed(1));
      const time = end === null ? `${from} s –` : `${from} – ${to} s`;
      [time, this.labels[number], percent(certainty)].forEach((text, column) => {
        if (row.children[column].textContent !== text) row.children[column].textContent = text;
      });
    });
    this.none.hidden = events.length > 0;
  }

  add() {
    const row = element("li");
    row.append(element("span", "begin"), element("span"), element("span", "certainty"));
    this.list.prepend(row);
    return row;
  }

  clear() {
    this.show([]);
  }
}

/** Stretches of a clip with their names, from left to right. */
export class StripView {
  constructor(list, frames) {
    this.list = list;
    this.frames = frames;
    list.replaceChildren();
  }

  show(segments) {
    while (this.list.children.length > segments.length) this.list.lastChild.remove();
    segments.forEach(({ label, begin, end }, index) => {
      const row = this.list.children[index] ?? this.list.appendChild(element("li"));
      if (row.textContent !== label) row.textContent = row.title = label;
      row.style.left = `${(100 * begin) / this.frames}%`;
      row.style.width = `${(100 * (end - begin)) / this.frames}%`;
    });
  }
}

function element(name, kind, text = "") {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.textContent = text;
  return made;
}
