/** How the form calls a field. Its help and limits come from the schema of experiments. */
export interface FieldWords {
  readonly label: string;
  readonly unit?: string;
  /** What an empty field stands for. */
  readonly empty?: string;
  /** Of the arrow keys. */
  readonly step?: number;
  /** Choices in words. */
  readonly choices?: Readonly<Record<string, string>>;
  /** What a choice means, where its name does not say it. */
  readonly hints?: Readonly<Record<string, string>>;
}

const codecNames = {
  float32: 'float32, exact',
  float16: 'float16, half the bytes',
  'float16-scaled': 'float16 with one scale',
  int8: 'int8, a quarter',
} as const;

const codecHints = {
  float32: 'no error',
  float16: 'off by 1/2048 of a value at most, up to ±65504',
  'float16-scaled': 'the same, and small gradients do not vanish',
  int8: 'off by 1/510 of a map’s range at most',
} as const;

const codecWords = { choices: codecNames, hints: codecHints } as const;

export const fields: Readonly<Record<string, FieldWords>> = {
  name: { label: 'Name' },
  notes: { label: 'Notes' },
  method: { label: 'Method' },
  'dataset.name': { label: 'Data set' },
  'dataset.trainSamples': { label: 'Train images', empty: 'all', step: 100 },
  'dataset.testSamples': { label: 'Test images', empty: 'all', step: 100 },
  'dataset.augment': { label: 'Augmentation' },
  'model.name': { label: 'Network' },
  'model.width': { label: 'Width', unit: '×', step: 0.25 },
  'split.layer': { label: 'Split layer' },
  'split.module': { label: 'Compression module' },
  'split.module.resolution': { label: 'Resolution r' },
  'split.module.features': { label: 'Features c' },
  phases: { label: 'Phases' },
  batchSize: { label: 'Batch size', unit: 'images' },
  'optimiser.learningRate': { label: 'Learning rate', step: 0.001 },
  'optimiser.momentum': { label: 'Momentum', step: 0.1 },
  'optimiser.weightDecay': { label: 'Weight decay', step: 1e-4 },
  'selectLr.epochs': { label: 'selectLr lₖ', unit: 'epochs' },
  'selectLr.factor': { label: 'selectLr γ', unit: '×', step: 0.1 },
  'codec.up': { label: 'Maps up', ...codecWords },
  'codec.down': { label: 'Gradients down', ...codecWords },
  'codec.full': { label: 'At full budget', ...codecWords },
  'sources.count': { label: 'Data sources' },
  'sources.skew': { label: 'Label skew α', empty: 'even', step: 0.1 },
  'sources.serverHalf': {
    label: 'Server half',
    choices: { shared: 'shared by all sources', own: 'one for each source' },
  },
  'sources.averageEpochs': { label: 'Average every', unit: 'epochs', empty: 'never' },
  'sources.gather': { label: 'Gather batches' },
  'sources.threads': { label: 'Threads of a device', empty: 'auto' },
  'sources.cpuShare': { label: 'CPU share', unit: 'of a core', step: 0.1 },
  link: { label: 'Link' },
  'link.up': { label: 'Up', unit: 'Mbit/s' },
  'link.down': { label: 'Down', unit: 'Mbit/s' },
  'link.rttMs': { label: 'Round trip', unit: 'ms' },
  'link.jitterMs': { label: 'Jitter', unit: 'ms' },
  'link.loss': { label: 'Packet loss', unit: 'share', step: 0.001 },
  'link.shared': { label: 'One channel for all' },
  processes: {
    label: 'Processes',
    choices: { separate: 'separate, over a socket', one: 'one, without a network' },
  },
  engine: {
    label: 'Engine',
    choices: { auto: 'best there is', cuda: 'CUDA', webgpu: 'WebGPU', cpu: 'CPU' },
  },
  threads: { label: 'Threads', empty: 'all cores' },
  checkpointSteps: { label: 'Checkpoint every', unit: 'steps', empty: 'epoch only', step: 100 },
  seeds: { label: 'Seeds' },
  'gate.delta': { label: 'δ, steepness', step: 0.01 },
  'gate.epsilon': { label: 'ε, weight', step: 100 },
  'gate.lambda': { label: 'λ, falling side', step: 0.1 },
  'gate.mask': { label: 'Mask', choices: { squared: 'm = f², published code', linear: 'm = f, paper' } },
  'gate.ties': { label: 'Equal maps', choices: { cut: 'cut, exact budget', keep: 'keep, published code' } },
};

/** The name of a field for people; of a phase's its place in the schedule too. */
export function fieldLabel(path: string): string {
  const known = fields[path]?.label;
  if (known !== undefined) return known;
  const [, index, part] = /^phases\.(\d+)(?:\.(\w+))?$/.exec(path) ?? [];
  if (index !== undefined) return `Phase ${Number(index) + 1}${part === undefined ? '' : `, ${part}`}`;
  const seed = /^seeds\.(\d+)$/.exec(path)?.[1];
  if (seed !== undefined) return `Seed ${Number(seed) + 1}`;
  return path === '' ? 'The experiment' : path;
}

/** A choice in words; of a compressed number format the name of the compression too. */
export function choiceLabel(path: string, choice: string): string {
  const words = fields[path]?.choices ?? {};
  if (choice in words) return words[choice];
  const [format, compression] = choice.split('+');
  return compression !== undefined && format in words ? `${format} + ${compression}` : choice;
}

/** What a choice means; a lossless compression after a number format does not change that. */
export function choiceHint(path: string, choice: string): string | undefined {
  return fields[path]?.hints?.[choice.split('+')[0]];
}

/** What is wrong with a field, as a sentence that stands below it. */
export function problemSentence(path: string, text: string): string {
  const told = /^is (?:"[^"]*"|[^\s:,]+): (.+)$/s.exec(text)?.[1];
  // Names such as vgg11 stay as they are written.
  if (told !== undefined) return `${told.replace(/^[a-z]+(?![a-z0-9])/, capitalised)}.`;
  return text.endsWith('.') ? text : `${fieldLabel(path)} ${text}.`;
}

function capitalised(word: string): string {
  return `${word.charAt(0).toUpperCase()}${word.slice(1)}`;
}

/** A value as a difference shows it. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'default';
  if (value === null) return 'none';
  if (value === true) return 'on';
  if (value === false) return 'off';
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (isPhases(value)) return value.map(({ budget, epochs }) => `${budget} × ${epochs}`).join(', ');
  if (Array.isArray(value)) return value.join(', ');
  return JSON.stringify(value);
}

function isPhases(value: unknown): value is readonly { budget: string | number; epochs: number }[] {
  return Array.isArray(value) && value.length > 0 && typeof value[0] === 'object';
}
