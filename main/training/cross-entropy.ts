/** Mean cross entropy of a batch, how many samples were right, and ∂loss/∂logits. */
export interface Scored {
  readonly loss: number;
  readonly correct: number;
  readonly gradient: Float32Array;
}

/** `logits` is [samples, classes], row-major. */
export function crossEntropy(logits: Float32Array, labels: ArrayLike<number>, classes: number): Scored {
  const samples = labels.length;
  const gradient = new Float32Array(logits.length);
  let loss = 0;
  let correct = 0;
  for (let n = 0; n < samples; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const label = labels[n];
    const largest = row.reduce((a, b) => Math.max(a, b));
    let sum = 0;
    for (const value of row) sum += Math.exp(value - largest);
    loss += Math.log(sum) + largest - row[label];
    if (row.indexOf(largest) === label) correct++;
    for (let c = 0; c < classes; c++) {
      const probability = Math.exp(row[c] - largest) / sum;
      gradient[n * classes + c] = (probability - (c === label ? 1 : 0)) / samples;
    }
  }
  return { loss: loss / samples, correct, gradient };
}
