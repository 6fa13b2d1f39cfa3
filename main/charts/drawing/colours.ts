type Rgb = readonly [red: number, green: number, blue: number];

/** Of `#rrggbb`, or `#rgb`, as minified style sheets have it. */
function parse(colour: string): Rgb {
  const digits = colour.length === 4 ? colour.replace(/[^#]/g, '$&$&') : colour;
  const value = Number.parseInt(digits.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function between(from: Rgb, to: Rgb, share: number): Rgb {
  const at = (i: 0 | 1 | 2): number => Math.round(from[i] + (to[i] - from[i]) * share);
  return [at(0), at(1), at(2)];
}

/** A colour so far on the way from one to another, all written as `#rrggbb` or `#rgb`. */
export function mixed(from: string, to: string, share: number): string {
  return `#${between(parse(from), parse(to), share)
    .map((part) => part.toString(16).padStart(2, '0'))
    .join('')}`;
}

/** 256 colours from one to another as pixels of an image, opaque, in this machine's byte order. */
export function gradient(from: string, to: string): Uint32Array {
  const bytes = new Uint8Array(4 * 256);
  for (let i = 0; i < 256; i++) bytes.set([...between(parse(from), parse(to), i / 255), 255], 4 * i);
  return new Uint32Array(bytes.buffer);
}
