import type { EngineReport } from '../engine.ts';
import type { InstalledEngine } from '../installed.ts';
import { explain, type Explanation } from './explain.ts';
import { runs, unsuited, type NvidiaGpu } from './nvidia.ts';

/** What is known beside what the engine itself reports. */
export interface Surroundings {
  /** What native libraries wrote while it was tried. */
  readonly log: string;
  readonly gpus: readonly NvidiaGpu[] | Explanation;
  readonly installed: InstalledEngine | null;
}

/** What TensorFlow's own download, whose Python packages say it of newer ones, was built for. */
const published = {
  version: '11.2',
  cudnn: '8.1',
  capabilities: ['sm_35', 'sm_50', 'sm_60', 'sm_70', 'sm_75', 'compute_80'],
};

/** Adapters that compute on the processor: SwiftShader, Mesa's, and that of Windows. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bWARP\b/i;

/** A report with the cause of what is missing and its next step, or with the GPU that was found. */
export function verdict(report: EngineReport, { log, gpus, installed }: Surroundings): EngineReport {
  const problem = report.name === 'cuda' ? gpuProblem(gpus, installed) : null;
  if (report.available) {
    if (report.name !== 'cuda') return withAdvice(report);
    // TensorFlow finds such a card, and fails at the first operation.
    return problem?.cause === 'gpu-too-new' ? because(report, problem) : withGpus(report, gpus, installed);
  }
  if (report.cause) return report;
  const command = [
    'sluice engine install',
    report.name,
    ...(installed?.python ? ['--python', installed.python] : []),
  ].join(' ');
  // Its own error comes first: nothing else was reached.
  const found = explain(report.detail, command) ?? problem ?? explain(log, command);
  if (found) return because(report, found);
  return noGpu.test(report.detail) ? { ...report, cause: 'gpu-absent' } : report;
}

/** How the engines themselves say that all is there but a GPU. */
const noGpu = /finds no (CUDA )?GPU|refused a device/;

function because(report: EngineReport, { cause, reason, remedy }: Explanation): EngineReport {
  return { ...report, available: false, detail: reason, remedy, cause };
}

/** What is wrong with the cards for this engine; the engine's log says the rest. */
function gpuProblem(gpus: Surroundings['gpus'], installed: InstalledEngine | null): Explanation | null {
  if ('cause' in gpus) return gpus;
  const problems = gpus.map((gpu) => unsuited(gpu, installed?.cuda ?? published));
  return problems.every((problem) => problem !== null) ? (problems[0] ?? null) : null;
}

function withGpus(report: EngineReport, gpus: Surroundings['gpus'], installed: InstalledEngine | null): EngineReport {
  if ('cause' in gpus) return report;
  const { capabilities } = installed?.cuda ?? published;
  const slow = gpus.find(({ capability }) => capability !== null && runs(capability, capabilities) === 'compiled');
  const advice =
    slow &&
    `The driver compiles TensorFlow's kernels for ${slow.name} at the first start, which can take half an hour; a newer TensorFlow (sluice engine install cuda --python) has them built.`;
  return {
    ...report,
    detail: [gpus.map(describeGpu).join('; '), report.detail].join(', '),
    remedy: report.remedy ?? advice,
  };
}

function describeGpu({ name, memory, capability, driver }: NvidiaGpu): string {
  const gibibytes = `${Math.round(memory / 2 ** 30)} GiB`;
  return [
    name,
    gibibytes,
    ...(capability === null ? [] : [`compute capability ${capability.toFixed(1)}`]),
    `driver ${driver}`,
  ].join(', ');
}

function withAdvice(report: EngineReport): EngineReport {
  if (report.name !== 'webgpu' || !software.test(report.detail)) return report;
  return {
    ...report,
    detail: `${report.detail} (software, on the processor)`,
    remedy:
      report.remedy ??
      "This adapter is for trying things out: the cpu engine is much faster. Install the Vulkan (Linux), Metal or Direct3D 12 driver of the machine's GPU.",
  };
}
