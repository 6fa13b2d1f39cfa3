/** What may compute the server halves: the engine that is chosen, or ONNX Runtime, where its package is installed. */
export const runtimes = ['engine', 'onnxruntime'] as const;
export type Runtime = (typeof runtimes)[number];
