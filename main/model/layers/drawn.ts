/** Initial weights by their names. */
export type Drawn = Readonly<Record<string, Float32Array<ArrayBuffer>>>;

let given: Drawn = {};
let noted: Record<string, Float32Array<ArrayBuffer>> | null = null;

/** The initial weights of this name: those that were drawn before, or else newly filled by `fill`. */
export function drawn(name: string, size: number, fill: (values: Float32Array) => void): Float32Array {
  if (Object.hasOwn(given, name)) return given[name];
  const values = new Float32Array(size);
  fill(values);
  if (noted) noted[name] = values;
  return values;
}

/** Draws the initial weights of what is built, which a thread may do for another: hundreds of millions take long. */
export function drawWeights(build: () => unknown): Drawn {
  noted = {};
  try {
    build();
    return noted;
  } finally {
    noted = null;
  }
}

/** Builds with weights drawn before. */
export function withDrawn<T>(weights: Drawn, build: () => T): T {
  given = weights;
  try {
    return build();
  } finally {
    given = {};
  }
}
