type Range = readonly [least: number, most: number];

/** A schema of numbers that are in a range. */
export function within<Schema extends { min(value: number): Schema; max(value: number): Schema }>(
  schema: Schema,
  [least, most]: Range,
): Schema {
  return schema.min(least).max(most);
}

/** What a network and its cut may be asked for: in experiments, by sessions and on the command line. */
export const ranges = {
  width: [0.01, 4],
  layer: [0, 1000],
  resolution: [1, 8],
  features: [1, 1024],
  classes: [1, 0x10000],
  /** Of an image: height, width, channels. */
  extent: [1, 0xffff],
} as const satisfies Readonly<Record<string, Range>>;
