/**
 * Exponential moving average without the bias towards zero of its start: with weight w the n-th value is the average
 * so far over 1 − wⁿ. Values that are not finite are passed through and left out, a constant series stays as it is,
 * and a weight of 0 smooths nothing.
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  if (weight <= 0 || isConstant(values)) return values;
  const smoothed = new Float64Array(values.length);
  let average = 0;
  let bias = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) {
      smoothed[i] = value;
      continue;
    }
    average = average * weight + (1 - weight) * value;
    bias *= weight;
    smoothed[i] = average / (1 - bias);
  }
  return smoothed;
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0] || Number.isNaN(value));
}
