import type * as OnnxRuntime from 'onnxruntime-common';
import { where } from './where.ts';

/** Large, so that it is installed by who serves with it, and by `.ci/run` for these tests. */
const name: string = 'onnxruntime-node';
export const onnxRuntime = (await import(name).catch(() => undefined)) as typeof OnnxRuntime | undefined;

export const withOnnxRuntime = where(onnxRuntime !== undefined, 'no ONNX Runtime');
