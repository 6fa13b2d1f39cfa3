/** What serving uses of a package that is not installed with Sluice (290 MB), as a part of it declares it that is. */
declare module 'onnxruntime-node' {
  export * from 'onnxruntime-common';
}
