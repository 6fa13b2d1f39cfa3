import koffi from 'koffi';
import { messageOf, SluiceError } from '../../errors.ts';
import { fewRowsByVector, type Gemv } from './few-rows.ts';
import type { Loop } from './loops.ts';
import { inPieces } from './pieces.ts';

/** The system's matrix library, open. A call of it runs on the thread that makes it: Sluice spreads the work itself. */
export interface Blas {
  readonly name: string;
  /** The library, as it was found. */
  readonly path: string;
  /** `gemm` of the inner loops, on memory at this address. */
  readonly gemm: (base: number) => Loop;
}

type Library = ReturnType<typeof koffi.load>;
type Native = (...args: number[]) => number;

/** Matrices are addresses: they lie in the memory of WebAssembly. */
export const sgemmPrototype =
  'void cblas_sgemm(int order, int transA, int transB, int m, int n, int k, float alpha, uintptr_t a, int lda, uintptr_t b, int ldb, float beta, uintptr_t c, int ldc)';
const sgemvPrototype =
  'void cblas_sgemv(int order, int trans, int m, int n, float alpha, uintptr_t a, int lda, uintptr_t x, int incX, float beta, uintptr_t y, int incY)';

const ROW_MAJOR = 101;
const AS_IS = 111;
const TRANSPOSED = 112;

/** Where each system keeps a fast BLAS, best first. The reference libblas is slower than Sluice's own kernel. */
const candidates: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    'libopenblas.so.0',
    'libopenblas.so',
    'libopenblasp.so.0',
    'libmkl_rt.so.2',
    'libmkl_rt.so.1',
    'libmkl_rt.so',
  ],
  darwin: ['/System/Library/Frameworks/Accelerate.framework/Accelerate'],
  win32: ['libopenblas.dll', 'openblas.dll', 'mkl_rt.2.dll', 'mkl_rt.1.dll', 'mkl_rt.dll'],
};

const remedies: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'install libopenblas0 (Debian, Ubuntu), openblas (Fedora, Arch) or openblas-dev (Alpine).',
  darwin: 'Accelerate, which comes with macOS, does not load; set SLUICE_BLAS to an OpenBLAS library.',
  win32: 'unpack a release of github.com/OpenMathLib/OpenBLAS and set SLUICE_BLAS to its bin\\libopenblas.dll.',
};

/** How to get a BLAS where there is none. */
export function blasAdvice(): string {
  return `Training would be about twice as fast with OpenBLAS: ${remedies[process.platform] ?? remedies.linux}`;
}

/**
 * Opens a BLAS: the file named by `choice` (SLUICE_BLAS), or the first of the system's that loads. Null when there is none or `choice` is "none". A file that was asked for and does not work is an error.
 */
export function openBlas(choice: string | undefined): Blas | null {
  if (choice === 'none') return null;
  if (choice) return loadBlas(choice);
  for (const path of candidates[process.platform] ?? []) {
    try {
      return loadBlas(path);
    } catch {
      continue;
    }
  }
  return null;
}

/** Opens the library of this path or name. */
export function loadBlas(path: string): Blas {
  // The only way to keep Accelerate to one thread; it looks when it is loaded.
  process.env.VECLIB_MAXIMUM_THREADS ??= '1';
  try {
    const library = koffi.load(path);
    const [sgemm, sgemv] = [sgemmPrototype, sgemvPrototype].map((prototype) => library.func(prototype) as Native);
    keepToOneThread(library);
    const direct = multipliesDirectly(library);
    const gemm = (base: number): Loop => {
      const whole = gemmOn(base, sgemm);
      return fewRowsByVector(gemvOn(base, sgemv), direct ? inPieces(whole) : whole);
    };
    return { name: nameOf(library, path), path, gemm };
  } catch (cause) {
    throw new SluiceError(
      'bad-blas',
      `SLUICE_BLAS is ${path}, which is not a BLAS with 32-bit integers and a C interface (${messageOf(cause)}). ` +
        'Name the library file, say "none" to do without, or unset it.',
      { path: 'SLUICE_BLAS', cause },
    );
  }
}

function gemmOn(base: number, sgemm: Native): Loop {
  return (transposeA, transposeB, m, n, k, a, lda, b, ldb, beta, c, ldc) => {
    const [ta, tb] = [transposeA ? TRANSPOSED : AS_IS, transposeB ? TRANSPOSED : AS_IS];
    sgemm(ROW_MAJOR, ta, tb, m, n, k, 1, base + a, lda, base + b, ldb, beta, base + c, ldc);
  };
}

function gemvOn(base: number, sgemv: Native): Gemv {
  return (transpose, rows, columns, m, ld, x, beta, y) => {
    sgemv(ROW_MAJOR, transpose ? TRANSPOSED : AS_IS, rows, columns, 1, base + m, ld, base + x, 1, beta, base + y, 1);
  };
}

function optional(library: Library, name: string, result: string, parameters: string[]): Native | null {
  try {
    return library.func(name, result, parameters) as Native;
  } catch {
    return null;
  }
}

/** What a function of the library says; empty where it has no such function. */
function textOf(library: Library, name: string): string {
  return (optional(library, name, 'str', []) as (() => string) | null)?.() ?? '';
}

function keepToOneThread(library: Library): void {
  for (const name of ['openblas_set_num_threads', 'MKL_Set_Num_Threads']) optional(library, name, 'void', ['int'])?.(1);
}

/** Whether the library multiplies small matrices directly (pieces.ts): OpenBLAS on processors with AVX-512. */
function multipliesDirectly(library: Library): boolean {
  const version = textOf(library, 'openblas_get_config').split(' ')[1] ?? '';
  const processor = textOf(library, 'openblas_get_corename');
  const isNewEnough = version.localeCompare('0.3.21', 'en', { numeric: true }) >= 0;
  return isNewEnough && ['SkylakeX', 'Cooperlake', 'SapphireRapids'].includes(processor);
}

/** "OpenBLAS 0.3.21 (libopenblas.so.0)" where the library tells its version. */
function nameOf(library: Library, path: string): string {
  const config = textOf(library, 'openblas_get_config');
  if (config) {
    const words = config.split(' ');
    if (words.includes('USE64BITINT')) throw new Error('its integers have 64 bits');
    return `${words.slice(0, 2).join(' ')} (${path})`;
  }
  if (path.includes('Accelerate')) return 'Accelerate';
  return path.includes('mkl') ? `MKL (${path})` : path;
}
