import { valuesIn, type TensorShape } from '../codec.ts';

/** How the values of an image, map after map, are cut into vectors of a length, and these dealt to groups. */
export interface Subvectors {
  readonly samples: number;
  readonly length: number;
  /** Of an image; the last one is filled with zeros. */
  readonly perImage: number;
  /** Those next to each other in an image share one. There are no more than vectors. */
  readonly groups: number;
}

export function subvectorsOf(shape: TensorShape, length: number, groups: number): Subvectors {
  const perImage = Math.ceil(valuesIn(shape.slice(1)) / length);
  return { samples: shape[0], length, perImage, groups: Math.min(groups, perImage) };
}

/** The vectors of an image that belong to a group: from the first to before the second number. */
export function ofGroup({ perImage, groups }: Subvectors, group: number): readonly [from: number, to: number] {
  return [Math.ceil((group * perImage) / groups), Math.ceil(((group + 1) * perImage) / groups)];
}

/** The group of vector j of an image. */
export function groupOf({ perImage, groups }: Subvectors, vector: number): number {
  return Math.floor((vector * groups) / perImage);
}

/** Where a value of a tensor stands, and where in the vectors of all images. */
type Visit = (value: number, place: number) => void;

function visit([samples, height, width, maps]: TensorShape, { length, perImage }: Subvectors, each: Visit): void {
  const places = height * width;
  for (let s = 0; s < samples; s++) {
    const [image, vectors] = [s * places * maps, s * perImage * length];
    for (let k = 0, to = vectors; k < maps; k++) {
      for (let i = image + k, r = 0; r < places; r++, i += maps) each(i, to++);
    }
  }
}

/** All vectors, those of an image one after another. */
export function cut(values: Float32Array, shape: TensorShape, of: Subvectors): Float32Array {
  const vectors = new Float32Array(of.samples * of.perImage * of.length);
  visit(shape, of, (value, place) => (vectors[place] = values[value]));
  return vectors;
}

/** The tensor that they were cut from. */
export function joined(vectors: Float32Array, shape: TensorShape, of: Subvectors): Float32Array {
  const values = new Float32Array(valuesIn(shape));
  visit(shape, of, (value, place) => (values[value] = vectors[place]));
  return values;
}
