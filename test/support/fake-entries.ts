import sharp from 'sharp';
import { engineTable } from '../../main/api/engines.ts';
import type { DatasetEntry, EngineStatus, PresetEntry, RunSummary, Sample } from '../../main/api.ts';
import { fakeExperiment } from './fake-series.ts';

const minute = 60_000;

/** A finished run, changed as asked. */
export function fakeRun(number: number, changes: Partial<RunSummary> = {}): RunSummary {
  const createdAt = Date.now() - number * 37 * minute;
  const { bestAccuracy = 0.8342 } = changes;
  return {
    id: `run-${number}`,
    number,
    name: 'deprune',
    seed: 1,
    group: 'quickstart',
    project: 'default',
    archived: false,
    experiment: fakeExperiment(changes.method ?? 'deprune'),
    status: 'finished',
    method: 'deprune',
    model: 'vgg11',
    dataset: 'cifar10',
    budgets: [4, null],
    createdAt,
    startedAt: createdAt + 2000,
    endedAt: createdAt + 21 * minute,
    dropped: 0,
    halted: false,
    engine: 'cpu (Ryzen 7 5800U), 8 threads',
    serverEngine: 'cpu (Ryzen 7 5800U), 8 threads',
    error: null,
    tags: [],
    epochsDone: 22,
    epochsTotal: 22,
    lastAccuracy: 0.8311,
    bestAccuracy,
    bests: bestAccuracy === null ? [] : [{ budget: null, accuracy: bestAccuracy }],
    bytesUp: 1.38e9,
    bytesDown: 1.12e9,
    samplesPerSecond: 412,
    trainingSeconds: 17 * 60,
    evaluationSeconds: 2 * 60,
    distanceCorrelation: null,
    progress: null,
    elsewhere: false,
    ...changes,
  };
}

/** One of every status, the live ones first. */
export function fakeRuns(): RunSummary[] {
  const live = { endedAt: null, epochsDone: 9 };
  const progress = {
    training: 0,
    phase: 0,
    budget: 4,
    epoch: 9,
    runEpoch: 10,
    runEpochs: 22,
    stepsDone: 29_400,
    totalSteps: 68_750,
    crossEntropy: 0.731,
    samplesPerSecond: 408,
    secondsLeft: 1543,
  };
  return [
    fakeRun(1, { ...live, status: 'running', progress, lastAccuracy: 0.712, bestAccuracy: 0.712, tags: ['baseline'] }),
    fakeRun(2, {
      ...live,
      name: 'full budget',
      method: 'full',
      budgets: [null],
      status: 'paused',
      progress: { ...progress, budget: null, stepsDone: 51_000 },
    }),
    fakeRun(3, {
      ...live,
      name: 'high compression',
      method: 'high-compression',
      budgets: [4],
      status: 'queued',
      epochsDone: 0,
      startedAt: null,
      lastAccuracy: null,
      bestAccuracy: null,
      bytesUp: 0,
      bytesDown: 0,
      samplesPerSecond: null,
    }),
    fakeRun(4, {
      name: 'prune',
      method: 'prune',
      budgets: [null, 32, 4],
      group: 'figure-12',
      tags: ['paper', 'lr 1e-3'],
    }),
    fakeRun(5, { name: 'scratch', method: 'scratch', group: 'figure-12', status: 'interrupted', epochsDone: 13 }),
    fakeRun(6, {
      name: 'deprune r = 3',
      group: 'figure-10',
      status: 'failed',
      error: 'The loss became NaN at step 812. Try a smaller learning rate, for example 1e-3.',
      lastAccuracy: null,
      bestAccuracy: null,
    }),
    fakeRun(7, { name: 'plain split', method: 'plain-split', budgets: [null], bytesUp: 21.6e9, bytesDown: 21.4e9 }),
    fakeRun(8, { seed: 2, bestAccuracy: 0.829 }),
    fakeRun(9, { seed: 3, bestAccuracy: 0.8366, status: 'stopped', epochsDone: 17 }),
  ];
}

export function fakePresets(): PresetEntry[] {
  const entry = (name: string, title: string, figures: number[], paper: string | null): PresetEntry => ({
    name,
    title,
    description: `${title}, as the paper has it.`,
    paper,
    figures,
    experiments: ['deprune', 'full budget', 'high compression'],
    hasSmall: figures.length > 0,
  });
  return [
    entry('quickstart', 'Quickstart', [], null),
    entry('figure-8', 'deprune on CIFAR-10', [8], 'Equal accuracy by epoch 18, network use better by 420 %.'),
    entry('figure-12', 'prune on CIFAR-10', [12], 'Each smaller budget is at its best within 5 epochs.'),
  ];
}

export function fakeDatasets(): DatasetEntry[] {
  const info = { shape: [32, 32, 3] as const, classes: names, trainSamples: 50_000, testSamples: 10_000 };
  return [
    {
      name: 'synthetic',
      title: 'Drawn by Sluice, nothing to download',
      status: 'built-in',
      info: { ...info, name: 'synthetic', trainSamples: 8000, testSamples: 2000 },
      downloadBytes: null,
    },
    {
      name: 'leaves',
      title: 'Imported from /home/ada/pictures/leaves',
      status: 'imported',
      info: { ...info, name: 'leaves', shape: [96, 96, 3], trainSamples: 2310, testSamples: 578 },
      downloadBytes: null,
    },
    {
      name: 'cifar10',
      title: 'CIFAR-10',
      status: 'available',
      info: { ...info, name: 'cifar10' },
      downloadBytes: 170_498_071,
    },
    {
      name: 'stl10',
      title: 'STL-10',
      status: 'available',
      info: { ...info, name: 'stl10', shape: [96, 96, 3], trainSamples: 5000, testSamples: 8000 },
      downloadBytes: 2_640_397_119,
    },
  ];
}

const names = ['plane', 'car', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];

export function fakeEngines(): EngineStatus[] {
  const [cuda, webgpu, cpu, tensorflow] = engineTable;
  const absent = { installed: null, sources: [] };
  return [
    {
      ...cuda,
      ...absent,
      available: false,
      sources: ['download', 'python'] as const,
      detail: 'no NVIDIA driver was found',
      remedy: 'Install the driver of your card (535 or newer) and start Sluice again.',
      cause: 'driver-absent',
    },
    {
      ...webgpu,
      ...absent,
      available: false,
      sources: ['registry'] as const,
      detail: 'this build has no WebGPU library for linux-x64',
      remedy: 'Training on the cpu engine works meanwhile.',
    },
    { ...cpu, ...absent, available: true, detail: 'Ryzen 7 5800U, 8 threads, WebAssembly with relaxed SIMD' },
    {
      ...tensorflow,
      available: true,
      sources: ['download', 'python'] as const,
      detail: 'Ryzen 7 5800U, TensorFlow 2.21.0, 8 threads',
      installed: {
        source: 'python',
        tensorflow: '2.21.0',
        python: '/home/ada/venv/bin/python3',
        packages: { '@tensorflow/tfjs-node': '4.22.0' },
        installedAt: '2026-11-30T09:00:00.000Z',
      },
    },
  ];
}

/** A disc on a ground, in colours of its class. */
export async function fakeSample(i: number): Promise<Sample> {
  const hue = (i * 67) % 360;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" width="32" height="32">
    <rect width="32" height="32" fill="hsl(${hue} 30% 40%)"/>
    <circle cx="${12 + (i % 9)}" cy="${12 + (i % 7)}" r="${6 + (i % 5)}" fill="hsl(${(hue + 150) % 360} 60% 65%)"/></svg>`;
  const png = await sharp(Buffer.from(svg)).png().toBuffer();
  return { label: names[i % names.length], png: new Uint8Array(png) };
}
