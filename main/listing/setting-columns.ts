import type { RunSummary } from '../api/runs.ts';
import { formatSetting } from '../charts/differing.ts';
import { hasFields } from '../fields.ts';
import type { Cell, Kind } from './cells.ts';
import type { RunColumn } from './columns.ts';

type Setting = readonly [path: string, label: string, kind: Kind, ...aliases: string[]];

/** Every setting of an experiment by its path, what its column is called, and shorter names for filters. */
const settings: readonly Setting[] = [
  ['method', 'Method', 'text'],
  ['dataset.name', 'Data set', 'text', 'dataset', 'data'],
  ['dataset.trainSamples', 'Train images', 'number', 'trainSamples'],
  ['dataset.testSamples', 'Test images', 'number', 'testSamples'],
  ['dataset.augment', 'Augmentation', 'yes', 'augment'],
  ['model.name', 'Network', 'text', 'model', 'network'],
  ['model.width', 'Width', 'number', 'width'],
  ['split.layer', 'Split layer', 'number', 'layer', 'cut'],
  ['split.module.resolution', 'Resolution r', 'number', 'resolution', 'r'],
  ['split.module.features', 'Features c', 'number', 'features', 'c'],
  ['optimiser.learningRate', 'Learning rate', 'number', 'learningRate', 'lr'],
  ['optimiser.momentum', 'Momentum', 'number', 'momentum'],
  ['optimiser.weightDecay', 'Weight decay', 'number', 'weightDecay', 'wd'],
  ['batchSize', 'Batch size', 'number', 'batch'],
  ['selectLr.epochs', 'selectLr lₖ', 'number'],
  ['selectLr.factor', 'selectLr γ', 'number'],
  ['validation', 'Held out', 'share'],
  ['leakageSamples', 'Leakage images', 'number', 'leakage'],
  ['stop.patience', 'Stop after epochs', 'number', 'patience'],
  ['stop.accuracy', 'Stop at accuracy', 'share'],
  ['stop.bytes', 'Stop at bytes', 'bytes'],
  ['gate.name', 'Gate', 'text', 'gate'],
  ['gate.memory', 'Gate memory', 'number'],
  ['gate.temperature', 'Gate τ', 'number', 'temperature'],
  ['gate.penalty', 'L0 penalty', 'number'],
  ['gate.randomShare', 'Random share', 'share', 'randomShare'],
  ['gate.delta', 'Gate δ', 'number', 'delta'],
  ['gate.epsilon', 'Gate ε', 'number', 'epsilon'],
  ['gate.lambda', 'Gate λ', 'number', 'lambda'],
  ['gate.mask', 'Mask', 'text', 'mask'],
  ['gate.ties', 'Equal maps', 'text', 'ties'],
  ['codec.up', 'Codec up', 'text'],
  ['codec.down', 'Codec down', 'text'],
  ['codec.full', 'Codec at full budget', 'text'],
  ['sources.count', 'Data sources', 'number', 'sources'],
  ['sources.skew', 'Label skew α', 'number', 'skew'],
  ['sources.serverHalf', 'Server half', 'text', 'serverHalf'],
  ['sources.averageEpochs', 'Average every', 'number', 'averageEpochs'],
  ['sources.gather', 'Gathered batches', 'yes', 'gather'],
  ['sources.threads', 'Threads of a device', 'number'],
  ['sources.cpuShare', 'CPU share', 'share', 'cpuShare'],
  ['link', 'Link', 'text'],
  ['link.up', 'Link up', 'number'],
  ['link.down', 'Link down', 'number'],
  ['link.rttMs', 'Link round trip', 'number', 'rtt'],
  ['link.jitterMs', 'Link jitter', 'number', 'jitter'],
  ['link.loss', 'Link loss', 'share', 'loss'],
  ['link.shared', 'One channel for all', 'yes'],
  ['processes', 'Processes', 'text'],
  ['engine', 'Engine', 'text'],
  ['engine.client', 'Engine of the clients', 'text'],
  ['engine.server', 'Engine of the server', 'text'],
  ['threads', 'Threads', 'number'],
  ['checkpointSteps', 'Checkpoint every', 'number'],
];

const budgets: RunColumn = {
  name: 'budgets',
  aliases: ['budget'],
  label: 'Budgets',
  part: 'setting',
  kind: 'budget',
  value: (run) => run.budgets.map((budget) => budget ?? Infinity),
  width: 'minmax(112px, 0.5fr)',
  usual: true,
  help: 'In the order they are trained; a filter asks whether one of them fits',
};

const phases: RunColumn = {
  name: 'phases',
  label: 'Phases',
  part: 'setting',
  kind: 'text',
  value: ({ experiment }) => formatSetting(experiment.phases),
  width: 'minmax(120px, 0.7fr)',
  help: 'Budget × epochs',
};

export const settingColumns: readonly RunColumn[] = [budgets, phases, ...settings.map(settingColumn)];

function settingColumn([path, label, kind, ...aliases]: Setting): RunColumn {
  const keys = path.split('.');
  return { name: path, aliases, label, part: 'setting', kind, value: (run) => settingOf(run, keys) };
}

function settingOf({ experiment }: RunSummary, keys: readonly string[]): Cell {
  let value: unknown = experiment;
  for (const key of keys) value = hasFields(value) ? value[key] : undefined;
  if (value === undefined || value === null) return null;
  return typeof value === 'object' ? formatSetting(value) : (value as Cell);
}
