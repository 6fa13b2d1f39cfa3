import type { EngineAdapter } from './adapter.ts';
import type { EngineName } from './choices.ts';
import { cpu } from './cpu/cpu.ts';
import { cuda, tensorflow } from './tensorflow/tensorflow.ts';
import { webgpu } from './webgpu.ts';

/** How each engine of names.ts is opened. */
export const adapters: Readonly<Record<EngineName, EngineAdapter>> = { cuda, webgpu, cpu, tensorflow };
