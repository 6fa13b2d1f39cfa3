import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import * as tf from '@tensorflow/tfjs-core';

/**
 * A compute shader of Sluice's own. TensorFlow.js runs programs with one output (runWebGPUProgram); a pass of BatchNorm
 * or a step of SGD has several, so these are recorded into the backend's own command buffer beside its programs.
 */
export interface Kernel {
  /** Unique: pipelines are kept under it. Sizes are uniforms, so that all shapes share one pipeline. */
  readonly name: string;
  /** Names of the arrays it reads and writes, all float32 but `indices`, which is int32. */
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Fields of `u`; int32, those in `floats` float32. */
  readonly uniforms: readonly string[];
  readonly floats?: readonly string[];
  /** Threads of a workgroup, at most 256. */
  readonly threads: readonly [x: number, y: number];
  /** Functions and memory of a workgroup. */
  readonly declarations?: string;
  /**
   * What each thread does. It knows `group` (number of its workgroup, counted through x and y), `split` (the same in z),
   * `thread` (number in the workgroup) and `local` (x and y of it).
   */
  readonly body: string;
}

export interface Dispatch {
  readonly reads: readonly (tf.TensorInfo | GPUBuffer)[];
  readonly writes: readonly tf.TensorInfo[];
  readonly uniforms: Readonly<Record<string, number>>;
  /** How many workgroups; `splits` times as many in z. */
  readonly groups: number;
  readonly splits?: number;
}

/** What the backend does not declare and has: the commands it has recorded and not submitted yet (4.22.0, the last release). */
interface Recorded {
  commandEncoder: GPUCommandEncoder;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  readonly commandQueueOwnedIds: WeakSet<object>;
  readonly uniformPendingDisposal: GPUBuffer[];
}

interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

/** The most workgroups that every device takes in one direction. */
const mostGroups = 65_535;

const pipelines = new WeakMap<GPUDevice, Map<string, Pipeline>>();

/** The open engine's backend. */
export function openBackend(): WebGPUBackend {
  return tf.backend() as unknown as WebGPUBackend;
}

/** A new tensor on the GPU, whose values a dispatch is to write. */
export function empty<T extends tf.Tensor>(shape: readonly number[]): T {
  return tf.engine().makeTensorFromTensorInfo(openBackend().makeTensorInfo([...shape], 'float32')) as T;
}

/** Records a dispatch; the backend submits it with its own. */
export function dispatch(kernel: Kernel, { reads, writes, uniforms, groups, splits = 1 }: Dispatch): void {
  const backend = openBackend();
  const recorded = backend as unknown as Recorded;
  const { pipeline, layout } = pipelineOf(backend.device, kernel);
  const uniformBuffer = uniformsOf(backend, kernel, uniforms);
  const buffers = [uniformBuffer, ...[...reads, ...writes].map((bound) => bufferOf(backend, recorded, bound))];
  const bindGroup = backend.device.createBindGroup({
    layout,
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  const across = Math.min(groups, mostGroups);
  backend.ensureCommandEncoderReady();
  const pass = (recorded.computePassEncoder ??= recorded.commandEncoder.beginComputePass());
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, bindGroup);
  pass.dispatchWorkgroups(across, Math.ceil(groups / across), splits);
  recorded.uniformPendingDisposal.push(uniformBuffer);
  recorded.dispatchCountInPass++;
  if (recorded.dispatchCountInPass >= tf.env().getNumber('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE')) {
    backend.endComputePassEncoder();
    backend.submitQueue();
  }
}

function bufferOf(backend: WebGPUBackend, recorded: Recorded, bound: tf.TensorInfo | GPUBuffer): GPUBuffer {
  if (!('dataId' in bound)) return bound;
  backend.uploadToGPU(bound.dataId);
  // Freed tensors keep their memory until the commands that use it are submitted.
  recorded.commandQueueOwnedIds.add(bound.dataId);
  return backend.tensorMap.get(bound.dataId).resource as GPUBuffer;
}

function uniformsOf(backend: WebGPUBackend, kernel: Kernel, values: Readonly<Record<string, number>>): GPUBuffer {
  const { uniforms, floats = [] } = kernel;
  const data = new DataView(new ArrayBuffer(Math.ceil((uniforms.length + floats.length) / 4) * 16));
  uniforms.forEach((name, i) => data.setInt32(4 * i, values[name], true));
  floats.forEach((name, i) => data.setFloat32(4 * (uniforms.length + i), values[name], true));
  const buffer = backend.bufferManager.acquireBuffer(data.byteLength, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST);
  backend.queue.writeBuffer(buffer, 0, data.buffer);
  return buffer;
}

function pipelineOf(device: GPUDevice, kernel: Kernel): Pipeline {
  let known = pipelines.get(device);
  if (!known) pipelines.set(device, (known = new Map<string, Pipeline>()));
  let made = known.get(kernel.name);
  if (!made) known.set(kernel.name, (made = makePipeline(device, kernel)));
  return made;
}

function makePipeline(device: GPUDevice, kernel: Kernel): Pipeline {
  const types: GPUBufferBindingType[] = [
    'uniform',
    ...kernel.reads.map(() => 'read-only-storage' as const),
    ...kernel.writes.map(() => 'storage' as const),
  ];
  const layout = device.createBindGroupLayout({
    label: kernel.name,
    entries: types.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
  });
  const module = device.createShaderModule({ label: kernel.name, code: shaderOf(kernel) });
  const pipeline = device.createComputePipeline({
    label: kernel.name,
    layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
    compute: { module, entryPoint: 'main' },
  });
  return { pipeline, layout };
}

function shaderOf({ reads, writes, uniforms, floats = [], threads, declarations = '', body }: Kernel): string {
  const bindings = [
    ...reads.map((name) => `var<storage, read> ${name}: array<${name === 'indices' ? 'i32' : 'f32'}>;`),
    ...writes.map((name) => `var<storage, read_write> ${name}: array<f32>;`),
  ];
  return `
struct Uniforms { ${[...uniforms.map((name) => `${name}: i32`), ...floats.map((name) => `${name}: f32`)].join(', ')} }
@group(0) @binding(0) var<uniform> u: Uniforms;
${bindings.map((binding, i) => `@group(0) @binding(${i + 1}) ${binding}`).join('\n')}
${activation}
${declarations}
@compute @workgroup_size(${threads.join(', ')}, 1)
fn main(
  @builtin(workgroup_id) groupId: vec3<u32>,
  @builtin(num_workgroups) groupCount: vec3<u32>,
  @builtin(local_invocation_id) localId: vec3<u32>,
  @builtin(local_invocation_index) localIndex: u32,
) {
  let group = i32(groupId.x + groupId.y * groupCount.x);
  let split = i32(groupId.z);
  let thread = i32(localIndex);
  let local = vec2<i32>(localId.xy);
${body}
}`;
}

/** By bits: a shader's compiler may take for granted that there is no NaN, and one has to show. */
const activation = `
fn isNan(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u; }
fn relu(v: f32) -> f32 { return select(v, 0.0, (bitcast<u32>(v) >> 31u) == 1u && !isNan(v)); }`;
