/**
 * The engines, best first: the one place that names them. Flags, schemas, settings, pages and the conformance suite
 * take them from here; adapters.ts says how each is opened.
 *
 * `proven` means that the engine has passed test/conformance, which is what `auto` demands: cpu passes it, with and
 * without a BLAS, wherever .ci/run does; tensorflow where that can install it, behind cpu, which is the faster and always
 * there, so that `auto` never comes to it; webgpu on SwiftShader: a GPU runs the same shaders, and one that the processor
 * plays is never taken by `auto`. No pass of cuda is recorded (test/conformance/passed.ts), so it is opened by name alone
 * until one is.
 *
 * `install` is there for those that `sluice engine install` gets, with what its help says of them.
 */
export const engines = [
  {
    name: 'cuda',
    label: 'CUDA',
    title: 'NVIDIA card',
    words: 'The fastest by far where there is one.',
    proven: false,
    install: { help: "TensorFlow's own library on an NVIDIA GPU" },
  },
  {
    name: 'webgpu',
    label: 'WebGPU',
    title: 'Graphics card',
    words: 'Cards of any maker, through the driver that the system has.',
    proven: true,
    install: { help: 'any GPU' },
  },
  {
    name: 'cpu',
    label: 'CPU',
    title: 'Processor',
    words: 'Is always there, on all cores, with hand-written kernels.',
    proven: true,
    install: null,
  },
  {
    name: 'tensorflow',
    label: 'TensorFlow',
    title: 'Processor, by TensorFlow',
    words: "TensorFlow's own library on the processor, to compare with or for processors it suits better.",
    proven: true,
    install: { help: "TensorFlow's own library on the processor" },
  },
] as const;
