/**
 * Writes dist/kernels/tfjs-backend-wasm-simd.wasm: the binary of tfjs-backend-wasm with its memory declared shared, so
 * that threads of the CPU engine work on the tensors where they are. Nothing else of it changes. (tfjs's own threaded
 * build starts its threads through browser interfaces that Node does not have.)
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const NAME = 'tfjs-backend-wasm-simd.wasm';
const MEMORY_SECTION = 5;
const [BOUNDED, BOUNDED_AND_SHARED] = [1, 3];

const binary = await readFile(createRequire(import.meta.url).resolve(`@tensorflow/tfjs-backend-wasm/dist/${NAME}`));
const limits = memoryLimits(binary);
if (binary[limits] !== BOUNDED) throw new Error(`The memory of ${NAME} is not one of bounded size`);
binary[limits] = BOUNDED_AND_SHARED;
const folder = new URL('../dist/kernels/', import.meta.url);
await mkdir(folder, { recursive: true });
await writeFile(new URL(NAME, folder), binary);

/** Where the kind of the module's only memory stands. */
function memoryLimits(bytes: Uint8Array): number {
  let at = 8;
  while (at < bytes.length) {
    const id = bytes[at++];
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      more = bytes[at] > 127;
      size |= (bytes[at++] & 127) << shift;
    }
    if (id === MEMORY_SECTION) return at + 1;
    at += size;
  }
  throw new Error(`${NAME} has no memory`);
}
