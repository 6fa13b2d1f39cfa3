import { parseArgs } from 'node:util';
import koffi from 'koffi';
import { openBlas, sgemmPrototype } from '../../main/engine/cpu/blas.ts';
import type { Loop } from '../../main/engine/cpu/loops.ts';
import { inPieces } from '../../main/engine/cpu/pieces.ts';

/**
 * Matrix products of a training step of VGG11 as the BLAS does them whole, and in the pieces of main/engine/cpu/pieces.ts,
 * on one thread; the best of many times, in turn. `--json` prints one JSON document and nothing else.
 */
const { values: options } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

interface Product {
  readonly what: string;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  readonly size: readonly [m: number, n: number, k: number];
}

const plain = { transposeA: false, transposeB: false };
const products: Product[] = [
  { what: 'dense 4096, batch 16', ...plain, size: [16, 2048, 4096] },
  { what: 'its input gradient', ...plain, transposeB: true, size: [16, 2048, 4096] },
  { what: 'dense 4096, batch 64', ...plain, size: [64, 2048, 4096] },
  { what: 'its input gradient', ...plain, transposeB: true, size: [64, 2048, 4096] },
  { what: 'a plane of Winograd, 128 maps', ...plain, size: [256, 128, 128] },
  { what: 'a plane of Winograd, 512 maps', ...plain, size: [32, 512, 512] },
  { what: 'its filter gradient', ...plain, transposeA: true, size: [256, 256, 128] },
  { what: 'patches of the first layer', ...plain, size: [8192, 64, 27] },
  { what: 'its filter gradient', ...plain, transposeA: true, size: [27, 32, 16384] },
];

const blas = openBlas(process.env.SLUICE_BLAS);
if (!blas) throw new Error('This measures a BLAS, and none was found.');
const sgemm = koffi.load(blas.path).func(sgemmPrototype) as (...args: number[]) => void;

const memory = Float32Array.from({ length: 20 << 20 }, (_, i) => Math.sin(i));
const whole: Loop = (ta, tb, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
  const base = Number(koffi.address(new Uint8Array(memory.buffer)));
  sgemm(101, ta ? 112 : 111, tb ? 112 : 111, m, n, k, 1, base + a, lda, base + b, ldb, beta, base + c, ldc);
};

const cases = products.map(measure);
if (options.json) process.stdout.write(`${JSON.stringify({ blas: blas.name, cases })}\n`);

function measure({ what, transposeA, transposeB, size: [m, n, k] }: Product) {
  const [lda, ldb] = [transposeA ? m : k, transposeB ? k : n];
  const [b, c] = [4 * m * k, 4 * (m * k + n * k)];
  const gflops = (gemm: Loop): number => {
    const start = performance.now();
    gemm(Number(transposeA), Number(transposeB), m, n, k, 0, lda, b, ldb, 0, c, n);
    return (2 * m * n * k) / (performance.now() - start) / 1e6;
  };
  const pieces = inPieces(whole);
  let [atOnce, cut] = [0, 0];
  for (let i = 0; i < 200; i++) [atOnce, cut] = [Math.max(atOnce, gflops(whole)), Math.max(cut, gflops(pieces))];
  const ratio = cut / atOnce;
  if (!options.json) {
    const sizes = `${m}×${n}×${k}`.padEnd(14);
    process.stdout.write(
      `${what.padEnd(30)} ${sizes} whole ${atOnce.toFixed(0)} GFLOP/s, in pieces ${cut.toFixed(0)}, ${ratio.toFixed(2)}×\n`,
    );
  }
  return { what, transposeA, transposeB, size: [m, n, k], whole: atOnce, inPieces: cut, ratio };
}
