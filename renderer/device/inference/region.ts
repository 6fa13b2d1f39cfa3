/** A part of a picture, in pixels. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The largest part around the middle with this ratio of width to height. */
export function largestCentre({ width, height }: { width: number; height: number }, ratio: number): Region {
  const w = Math.min(width, height * ratio);
  const h = w / ratio;
  return { left: (width - w) / 2, top: (height - h) / 2, width: w, height: h };
}
