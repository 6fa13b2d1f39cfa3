/** Magnitudes of float32 order as their bits do without the sign: three digits of 11, 10 and 10 bits. */
const digits = [
  { shift: 20, size: 2048 },
  { shift: 10, size: 1024 },
  { shift: 0, size: 1024 },
] as const;

/**
 * Marks the `count` values of the largest magnitude with 1, the others with 0; of equal ones the first. In the time of a few
 * passes over the values, whatever they are.
 */
export function markLargest(values: Float32Array, count: number, marks: Uint8Array): void {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let above = 0;
  let prefix = 0;
  let known = 0;
  for (const { shift, size } of digits) {
    const histogram = new Uint32Array(size);
    for (let i = 0; i < bits.length; i++) {
      const magnitude = bits[i] & 0x7fffffff;
      if ((magnitude & known) === prefix) histogram[(magnitude >>> shift) & (size - 1)]++;
    }
    let digit = size - 1;
    while (above + histogram[digit] < count) above += histogram[digit--];
    prefix |= digit << shift;
    known |= (size - 1) << shift;
  }
  // What equals the last one that is taken is taken from the front.
  let left = count - above;
  for (let i = 0; i < bits.length; i++) {
    const magnitude = bits[i] & 0x7fffffff;
    marks[i] = magnitude > prefix || (magnitude === prefix && left-- > 0) ? 1 : 0;
  }
}
