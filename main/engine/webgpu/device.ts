/** The backend's types are of an older WebGPU. */
export interface Adapter extends GPUAdapter {
  readonly info: GPUAdapterInfo & { readonly isFallbackAdapter?: boolean };
}

/** What is asked of the adapter: all it has, as a shader and a tensor may be as large as that. */
const limits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxComputeWorkgroupSizeX',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** Whether a processor plays the GPU: SwiftShader, lavapipe, Windows' basic renderer. */
export function isSoftware({ info }: Adapter): boolean {
  const words = `${info.vendor} ${info.architecture} ${info.device} ${info.description}`;
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words);
}

export function nameOf({ info }: Adapter): string {
  return info.description || info.device || info.vendor;
}

export async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  return adapter.requestDevice({
    requiredFeatures: adapter.features.has('timestamp-query') ? ['timestamp-query'] : [],
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]])),
  });
}
