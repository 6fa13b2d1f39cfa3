/** Distances between all rows of a sample, centred: symmetric, [n, n], zero on the diagonal. */
export interface CentredDistances {
  readonly n: number;
  readonly values: Float64Array;
}

/** Fewer rows have no bias-corrected distance correlation. */
const fewestRows = 4;

/**
 * The Euclidean distances between rows of one length, U-centred (Székely and Rizzo 2014, definition 2): every row and column
 * sums to zero. O(n²) distances, each over a whole row.
 */
export function centredDistances(rows: readonly Float32Array[]): CentredDistances {
  const n = rows.length;
  if (n < fewestRows) throw new Error(`A distance correlation of ${n} rows: there have to be ${fewestRows}.`);
  const values = new Float64Array(n * n);
  const sums = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const distance = Math.sqrt(squaredDistance(rows[i], rows[j]));
      values[i * n + j] = values[j * n + i] = distance;
      sums[i] += distance;
      sums[j] += distance;
    }
  }
  const whole = sums.reduce((total, sum) => total + sum, 0) / ((n - 1) * (n - 2));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      values[i * n + j] = i === j ? 0 : values[i * n + j] - (sums[i] + sums[j]) / (n - 2) + whole;
    }
  }
  return { n, values };
}

/**
 * The bias-corrected squared distance correlation R* of two samples whose rows belong together (Székely and Rizzo 2013): 1 where
 * one follows from the other by a rotation, a shift and a scale, 0 on average where they are independent, however many
 * values a row has, and then below 0 as often as above. 0 where either sample is constant.
 */
export function distanceCorrelation(a: CentredDistances, b: CentredDistances): number {
  if (a.n !== b.n) throw new Error(`A distance correlation of ${a.n} rows with ${b.n}.`);
  const spread = Math.sqrt(product(a, a) * product(b, b));
  return spread > 0 ? product(a, b) / spread : 0;
}

/** Without the factor 1 / n(n − 3), which the correlation does not know. */
function product(a: CentredDistances, b: CentredDistances): number {
  let sum = 0;
  for (let i = 0; i < a.values.length; i++) sum += a.values[i] * b.values[i];
  return sum;
}

/** Four sums at a time, which a processor adds up at once. */
function squaredDistance(a: Float32Array, b: Float32Array): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  const fours = a.length - (a.length % 4);
  for (let i = 0; i < fours; i += 4) {
    const d0 = a[i] - b[i];
    const d1 = a[i + 1] - b[i + 1];
    const d2 = a[i + 2] - b[i + 2];
    const d3 = a[i + 3] - b[i + 3];
    s0 += d0 * d0;
    s1 += d1 * d1;
    s2 += d2 * d2;
    s3 += d3 * d3;
  }
  for (let i = fours; i < a.length; i++) s0 += (a[i] - b[i]) ** 2;
  return s0 + s1 + s2 + s3;
}
