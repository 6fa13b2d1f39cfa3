/**
 * Writes dist/kernels/codecs.js: the inner loops of the codecs as a module, so that Node and browsers load them alike, and at
 * once.
 */
import { readFile, rm, writeFile } from 'node:fs/promises';

const folder = new URL('../dist/kernels/', import.meta.url);
const binary = new URL('codecs.wasm', folder);
await writeFile(new URL('codecs.js', folder), `export default '${(await readFile(binary)).toString('base64')}';\n`);
await rm(binary);
