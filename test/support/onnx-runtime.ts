import type * as OnnxRuntime from 'onnxruntime-node';
import { where } from './where.ts';

/** Large, so that it is installed by who serves with it, and by `.ci/run` for these tests. */
export const onnxRuntime: typeof OnnxRuntime | undefined = await import('onnxruntime-node').catch(() => undefined);

export const withOnnxRuntime = where(onnxRuntime !== undefined, 'no ONNX Runtime');
