/**
 * What TensorFlow reads once, while its library is loaded. Call it before that, on the main thread: what other threads put
 * into the environment does not reach a library. Whatever is set already stays, except the threads, which are Sluice's to say.
 */
export function prepareEnvironment(threads: number): void {
  const wanted: Record<string, string> = {
    // Two halves share a card: each takes memory as it needs it, not all at once.
    TF_FORCE_GPU_ALLOW_GROWTH: 'true',
    // The same seed gives the same bits.
    TF_DETERMINISTIC_OPS: '1',
    // Products of float32 in 32 bits, not in the 19 of TF32.
    NVIDIA_TF32_OVERRIDE: '0',
    // Off by default on processors without AVX512-VNNI, where its gradients of convolutions are ten times as fast all the same.
    TF_ENABLE_ONEDNN_OPTS: '1',
    // A NaN among the maps of a pool shows in its output.
    TF_ENABLE_MAXPOOL_NANPROP: '1',
    TF_CPP_MIN_LOG_LEVEL: '3',
  };
  for (const [name, value] of Object.entries(wanted)) process.env[name] ??= value;
  process.env['TF_NUM_INTRAOP_THREADS'] = String(threads);
  process.env['TF_NUM_INTEROP_THREADS'] = String(threads);
}
