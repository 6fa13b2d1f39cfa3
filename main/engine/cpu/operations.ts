/**
 * The inner loops of kernels/index.ts with their parameters, in the order they are declared there (a test compares).
 * Only `gemm` has one more, the scratch memory of its thread, which work.ts adds. Between threads a loop is told by its
 * place in this table.
 */
export const operations = {
  im2col: [
    'x',
    'patches',
    'height',
    'width',
    'maps',
    'outHeight',
    'outWidth',
    'kernelHeight',
    'kernelWidth',
    'strideY',
    'strideX',
    'padTop',
    'padLeft',
    'from',
    'to',
  ],
  col2im: [
    'patches',
    'x',
    'height',
    'width',
    'maps',
    'outHeight',
    'outWidth',
    'kernelHeight',
    'kernelWidth',
    'strideY',
    'strideX',
    'padTop',
    'padLeft',
    'from',
    'to',
    'firstMap',
    'endMap',
  ],
  gemm: ['transposeA', 'transposeB', 'm', 'n', 'k', 'a', 'lda', 'b', 'ldb', 'beta', 'c', 'ldc'],
  biasActivation: ['x', 'y', 'bias', 'rows', 'maps', 'relu'],
  scaleShift: ['x', 'y', 'scale', 'shift', 'rows', 'maps', 'stride', 'relu'],
  reluGrad: ['dy', 'y', 'dx', 'count'],
  sgd: ['w', 'grad', 'count', 'rate', 'decay'],
  sgdMomentum: ['w', 'grad', 'v', 'count', 'rate', 'decay', 'momentum'],
  batchNormMoments: ['x', 'rows', 'maps', 'stride', 'mean', 'variance', 'scratch'],
  batchNormCoefficients: ['mean', 'variance', 'gamma', 'beta', 'eps', 'maps', 'scale', 'shift'],
  batchNormGrad: [
    'dy',
    'x',
    'y',
    'mean',
    'variance',
    'gamma',
    'eps',
    'rows',
    'maps',
    'stride',
    'relu',
    'dx',
    'dGamma',
    'dBeta',
    'scratch',
  ],
  maxPool: ['x', 'y', 'batch', 'height', 'width', 'maps', 'outHeight', 'outWidth', 'size', 'stride', 'pad'],
  maxPoolGrad: [
    'dy',
    'x',
    'y',
    'dx',
    'batch',
    'height',
    'width',
    'maps',
    'outHeight',
    'outWidth',
    'size',
    'stride',
    'pad',
  ],
  winogradFilter: ['g', 'planes', 'plane', 'taps', 'count'],
  winogradFilterGrad: ['planes', 'dg', 'plane', 'taps', 'count'],
  winogradInput: ['x', 'planes', 'plane', 'height', 'width', 'maps', 'from', 'to', 'zeros'],
  winogradOutput: ['planes', 'y', 'plane', 'height', 'width', 'maps', 'from', 'to'],
  winogradOutputGrad: ['dy', 'planes', 'plane', 'height', 'width', 'maps', 'from', 'to', 'zeros'],
  sumRows: ['x', 'sums', 'rows', 'maps', 'stride', 'scratch'],
  takeMaps: ['x', 'y', 'kept', 'rows', 'maps', 'count'],
  spreadMaps: ['x', 'y', 'kept', 'rows', 'maps', 'count'],
  zero: ['to', 'count'],
} as const;

export type Operation = keyof typeof operations;

/** The arguments of an operation by name: addresses in bytes, sizes in values, flags as 0 and 1. */
export type Fields<O extends Operation> = Readonly<Record<(typeof operations)[O][number], number>>;

/** An inner loop with its arguments in the order it takes them; made by `call`. */
export interface Call {
  readonly operation: Operation;
  readonly args: readonly number[];
}

/** An inner loop to be run with these arguments. */
export function call<O extends Operation>(operation: O, fields: Fields<O>): Call {
  const names: readonly (keyof Fields<O>)[] = operations[operation];
  const args: number[] = [];
  for (let i = 0; i < names.length; i++) args.push(fields[names[i]]);
  return { operation, args };
}
