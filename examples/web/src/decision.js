export class Decision {
  constructor(metadata) {}
  step(scores) {
    const highest = Math.max(...scores);
    const weights = Array.from(scores, (score) => Math.exp(score - highest));
    const sum = weights.reduce((a, b) => a + b);
    const probabilities = weights.map((w) => w / sum);
    return { probabilities, action: scores.indexOf(highest), event: null };
  }
}
