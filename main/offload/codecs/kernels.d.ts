/** What scripts/codec-kernels.ts writes. */
declare module '#kernels/codecs.js' {
  /** A WebAssembly module, in base64. */
  const encoded: string;
  export default encoded;
}
