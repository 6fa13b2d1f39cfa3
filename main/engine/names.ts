/**
 * The engines, best first: the one place that names them. Flags, schemas, settings, pages and the conformance suite
 * take them from here; adapters.ts says how each is opened.
 *
 * `proven` means that the engine has passed test/conformance, which is what `auto` demands: cpu passes it, with and
 * without a BLAS, wherever .ci/run does, and tensorflow where that can install it. It stands behind cpu, which is the faster
 * and always there, so `auto` never comes to it. No pass of cuda and webgpu is recorded (test/conformance/passed.ts), so they are
 * opened by name alone until one is.
 */
export const engines = [
  { name: 'cuda', label: 'CUDA', title: 'NVIDIA card', words: 'The fastest by far where there is one.', proven: false },
  {
    name: 'webgpu',
    label: 'WebGPU',
    title: 'Graphics card',
    words: 'Cards of any maker, through the driver that the system has.',
    proven: false,
  },
  {
    name: 'cpu',
    label: 'CPU',
    title: 'Processor',
    words: 'Is always there, on all cores, with hand-written kernels.',
    proven: true,
  },
  {
    name: 'tensorflow',
    label: 'TensorFlow',
    title: 'Processor, by TensorFlow',
    words: "TensorFlow's own library on the processor, to compare with or for processors it suits better.",
    proven: true,
  },
] as const;
