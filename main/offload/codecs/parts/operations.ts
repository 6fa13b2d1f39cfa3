/**
 * The inner loops of `../kernels/index.ts` with their parameters, in the order they are declared there (a test compares). Places are
 * byte offsets into the kernels' memory.
 */
export const operations = {
  toPlanes: ['values', 'planes', 'rows', 'maps'],
  fromPlanes: ['planes', 'values', 'rows', 'maps'],
  bytesToPlanes: ['bytes', 'planes', 'rows', 'maps'],
  bytesFromPlanes: ['planes', 'bytes', 'rows', 'maps'],
  range: ['plane', 'rows', 'out'],
  nearestLevels: ['plane', 'rows', 'offset', 'scale', 'steps', 'out'],
  levels: ['plane', 'rows', 'offset', 'perLevel', 'steps', 'shift', 'state', 'out'],
  valuesOf: ['levels', 'rows', 'offset', 'scale', 'out'],
  pack: ['numbers', 'count', 'bits', 'out'],
  unpack: ['bytes', 'count', 'bits', 'out'],
  packWords: ['numbers', 'count', 'bits', 'out'],
  unpackWords: ['bytes', 'count', 'bits', 'out'],
  signs: ['plane', 'rows', 'out'],
  narrow: ['values', 'count', 'factor', 'out'],
  widen: ['halves', 'count', 'factor', 'out'],
  add: ['plane', 'rows', 'from'],
  sumOfMagnitudes: ['plane', 'rows'],
  residue: ['plane', 'rows', 'scale', 'out'],
  largestMagnitude: ['plane', 'rows'],
  markLargest: ['plane', 'rows', 'wanted', 'histogram', 'marks'],
  takeMarked: ['plane', 'marks', 'rows', 'places', 'values'],
} as const;

export type Operation = keyof typeof operations;

/** The parameters of an operation by their names. */
export type Arguments<Name extends Operation> = Readonly<Record<(typeof operations)[Name][number], number>>;
