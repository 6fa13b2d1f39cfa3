import * as tf from '@tensorflow/tfjs-core';
import { gemm } from './gemm.ts';
import { offsetOf, output, type Host } from './host.ts';
import { allFloat32, rowsAndMaps, type CpuKernel, type Inputs } from './kernel.ts';
import { addBias } from './pointwise.ts';

interface MatMulAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly activation?: string;
}

/** op(a)·op(b) of the last two axes; the leading axes are equal, or one side has a single matrix. */
function product(
  host: Host,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  { transposeA, transposeB }: MatMulAttributes,
): tf.TensorInfo {
  const [aRows, aCols] = a.shape.slice(-2) as [number, number];
  const [bRows, bCols] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aCols, aRows] : [aRows, aCols];
  const n = transposeB ? bRows : bCols;
  const [aCount, bCount] = [matrices(a), matrices(b)];
  const leading = aCount >= bCount ? a.shape.slice(0, -2) : b.shape.slice(0, -2);
  const c = output(host, [...leading, m, n]);
  const [pa, pb, pc] = [offsetOf(host, a), offsetOf(host, b), offsetOf(host, c)];
  for (let i = 0; i < Math.max(aCount, bCount); i++) {
    const ai = pa + (aCount > 1 ? 4 * i * aRows * aCols : 0);
    const bi = pb + (bCount > 1 ? 4 * i * bRows * bCols : 0);
    gemm(host, {
      transposeA,
      transposeB,
      m,
      n,
      k,
      a: ai,
      lda: aCols,
      b: bi,
      ldb: bCols,
      c: pc + 4 * i * m * n,
      ldc: n,
    });
  }
  return c;
}

function matrices(tensor: tf.TensorInfo): number {
  return tf.util.sizeFromShape(tensor.shape.slice(0, -2));
}

function handles(inputs: Inputs): boolean {
  const { a, b } = inputs;
  const aligned = tf.util.arraysEqual(a.shape.slice(0, -2), b.shape.slice(0, -2));
  return allFloat32(inputs) && (aligned || matrices(a) === 1 || matrices(b) === 1);
}

export const batchMatMul: CpuKernel = {
  name: tf.BatchMatMul,
  handles,
  run: (host, { a, b }, attributes) => product(host, a, b, attributes as MatMulAttributes),
};

export const fusedMatMul: CpuKernel = {
  name: tf._FusedMatMul,
  handles(inputs, attributes) {
    const { activation, transposeB } = attributes as MatMulAttributes;
    const columns = inputs.b.shape[inputs.b.shape.length - (transposeB ? 2 : 1)];
    const perColumn = inputs.bias && tf.util.arraysEqual(inputs.bias.shape, [columns]);
    return handles(inputs) && perColumn && (activation === 'linear' || activation === 'relu');
  },
  run(host, { a, b, bias }, attributes) {
    const { activation } = attributes as MatMulAttributes;
    const c = product(host, a, b, attributes as MatMulAttributes);
    const { rows, maps } = rowsAndMaps(c);
    const at = offsetOf(host, c);
    addBias(host, { x: at, y: at, bias: offsetOf(host, bias), rows, maps, relu: activation === 'relu' ? 1 : 0 });
    return c;
  },
};
