import { engineTable } from '../../../main/api/engines.ts';
import { hasFields } from '../../../main/fields.ts';
import type { FieldSchema } from './schema.ts';

const engineChoices = {
  auto: 'best there is',
  ...Object.fromEntries(engineTable.map(({ name, label }) => [name, label])),
};

/** How the form calls a field. Its help and limits come from the schema of experiments. */
export interface FieldWords {
  readonly label: string;
  readonly unit?: string;
  /** A line of help that is shorter or plainer than the one of the schema. */
  readonly help?: string;
  /** What an empty field stands for. */
  readonly empty?: string;
  /** Of the arrow keys. */
  readonly step?: number;
  /** Choices in words. */
  readonly choices?: Readonly<Record<string, string>>;
}

export const fields: Readonly<Record<string, FieldWords>> = {
  name: { label: 'Name' },
  notes: { label: 'Notes' },
  method: { label: 'Method' },
  'dataset.name': { label: 'Data set' },
  'dataset.trainSamples': { label: 'Train images', empty: 'all', step: 100, help: 'A subset, drawn by seed' },
  'dataset.testSamples': { label: 'Test images', empty: 'all', step: 100, help: 'A subset, drawn by seed' },
  validation: {
    label: 'Validation',
    empty: 'none',
    step: 0.05,
    help: 'Share of the training images that is held out to choose best epochs on',
  },
  leakageSamples: {
    label: 'Measure leakage on',
    unit: 'images',
    empty: 'none',
    step: 64,
    help: 'Distance correlation after every epoch',
  },
  'dataset.augment': { label: 'Augmentation', help: 'Random crops and flips while training' },
  'model.name': { label: 'Network', help: 'vgg11 in the paper' },
  'model.width': { label: 'Width', unit: '×', step: 0.25, help: 'Maps of every layer' },
  'split.layer': { label: 'Split layer n', help: 'After which layer the device hands over' },
  'split.module': { label: 'Compression module' },
  'split.module.resolution': { label: 'Resolution r', help: '2 halves height and width of every map' },
  'split.module.features': { label: 'Features c', help: '2 halves the number of maps' },
  phases: { label: 'Phases' },
  batchSize: { label: 'Batch size', help: 'Images of a step' },
  'optimiser.learningRate': { label: 'Learning rate', step: 0.001 },
  'optimiser.momentum': { label: 'Momentum', step: 0.1 },
  'optimiser.weightDecay': { label: 'Weight decay', step: 1e-4, help: 'Keeps weights and gates small' },
  'selectLr.epochs': {
    label: 'selectLr lₖ',
    unit: 'epochs',
    help: 'Epochs after each change of budget that learn at another rate',
  },
  'selectLr.factor': {
    label: 'selectLr γ',
    unit: '×',
    step: 0.1,
    help: 'The learning rate in these epochs is multiplied by it',
  },
  'codec.up': { label: 'Maps up' },
  'codec.down': { label: 'Gradients down' },
  'codec.full': { label: 'At full budget' },
  'sources.count': { label: 'Data sources', help: 'Client devices that train together' },
  'sources.skew': {
    label: 'Label skew α',
    empty: 'even',
    step: 0.1,
    help: 'How unevenly classes are spread: 0.1 very, 100 hardly',
  },
  'sources.serverHalf': {
    label: 'Server half',
    help: 'Whether all devices train one server half, or each its own',
    choices: { shared: 'shared by all sources', own: 'one for each source' },
  },
  'sources.averageEpochs': {
    label: 'Average every',
    unit: 'epochs',
    empty: 'never',
    help: 'SplitFed: all client halves become their mean',
  },
  'sources.gather': { label: 'Gather batches', help: 'One step for the batches of several devices, unlike the paper' },
  'sources.threads': {
    label: 'Threads of a device',
    empty: 'auto',
    help: 'auto: all cores for one device, 1 each for several',
  },
  'sources.cpuShare': {
    label: 'CPU share',
    unit: 'of a core',
    step: 0.1,
    help: 'A slower device is imitated by pauses; 0.4 in the paper’s testbed',
  },
  link: { label: 'Link' },
  'link.up': { label: 'Up', unit: 'Mbit/s' },
  'link.down': { label: 'Down', unit: 'Mbit/s' },
  'link.rttMs': { label: 'Round trip', unit: 'ms' },
  'link.jitterMs': { label: 'Jitter', unit: 'ms' },
  'link.loss': { label: 'Packet loss', unit: 'share', step: 0.001 },
  'link.shared': { label: 'One channel for all' },
  processes: {
    label: 'Processes',
    help: 'Whether client and server run apart; bytes are counted either way',
    choices: { separate: 'separate, over a socket', one: 'one, without a network' },
  },
  engine: { label: 'Engine', help: 'What computes', choices: engineChoices },
  'engine.client': { label: 'Of the clients', choices: engineChoices },
  'engine.server': { label: 'Of the server', choices: engineChoices },
  threads: { label: 'Threads', empty: 'all cores', help: 'Of the cpu engine' },
  checkpointSteps: {
    label: 'Checkpoint every',
    unit: 'steps',
    empty: 'epoch only',
    step: 100,
    help: 'Besides after every epoch',
  },
  seeds: { label: 'Seeds' },
  'stop.patience': {
    label: 'Patience',
    unit: 'epochs',
    empty: 'none',
    help: 'A phase ends after so many without a better one',
  },
  'stop.accuracy': {
    label: 'Stop at accuracy',
    empty: 'none',
    step: 0.05,
    help: 'Its share of one: the pair is made then',
  },
  'stop.bytes': { label: 'Stop at bytes', empty: 'none', step: 1e6, help: 'Both ways, since the pair before' },
  sweep: { label: 'Sweep' },
  'sweep.kind': { label: 'Kind of sweep' },
  'sweep.settings': { label: 'Settings of the sweep' },
  'sweep.runs': { label: 'Combinations', help: 'How many are drawn' },
  'sweep.seed': { label: 'Drawn by seed' },
  'gate.name': { label: 'Gate' },
  'gate.memory': {
    label: 'Memory',
    step: 0.01,
    help: 'How slowly a map’s importance follows what is measured',
  },
  'gate.temperature': {
    label: 'Temperature τ',
    step: 0.05,
    help: 'How much chance there is in the choice, and how soft it is on the way back',
  },
  'gate.penalty': { label: 'L0 penalty', step: 0.005, help: 'What every gate that is open costs' },
  'gate.randomShare': {
    label: 'Random share',
    step: 0.05,
    help: 'Maps of the budget that are drawn from the others while it trains, fewer from epoch to epoch of a phase',
  },
  search: { label: 'Search' },
  'search.settings': { label: 'Settings of the search' },
  'search.floor': {
    label: 'Fewest bytes for an accuracy of',
    empty: 'none',
    step: 0.05,
    help: 'Its share of one; or else bytes that may be sent',
  },
  'search.maxBytes': {
    label: 'Best accuracy within bytes',
    empty: 'none',
    step: 1e6,
    help: 'Both ways; or else an accuracy to be reached',
  },
  'search.trials': { label: 'Points', empty: '20', help: 'How many are drawn of the space' },
  'search.seed': { label: 'Drawn by seed', empty: '1' },
  'search.rungs': { label: 'Rungs' },
  'search.rungs.unit': { label: 'Compared at', choices: { bytes: 'bytes sent', epochs: 'epochs' } },
  'search.rungs.count': { label: 'Rungs', empty: '4', help: 'Of the cheapest point; dearer ones have more' },
  'search.rungs.reduction': { label: 'η', empty: '3', help: 'The best 1/η of a rung go on to the next' },
  'search.rungs.at': { label: 'Rungs at', help: 'Bytes or epochs, rising, instead of their number' },
  'gate.delta': {
    label: 'δ, steepness',
    step: 0.01,
    help: 'How sharply the gate is pulled to its budget; 0.1 in the testbed',
  },
  'gate.epsilon': { label: 'ε, weight', step: 100, help: 'How much the budget counts beside the accuracy' },
  'gate.lambda': {
    label: 'λ, falling side',
    step: 0.1,
    help: 'How strongly gates are opened when they are below the budget',
  },
  'gate.mask': {
    label: 'Mask',
    help: 'What a sent map is multiplied by, from how open its gate f is',
    choices: { squared: 'm = f², published code', linear: 'm = f, paper' },
  },
  'gate.ties': {
    label: 'Equal maps',
    help: 'What happens to maps that tie for the last place of the budget',
    choices: { cut: 'cut, exact budget', keep: 'keep, published code' },
  },
};

/** Those of a launch that are no experiment's, and a seed alone, as a sweep has them. */
const otherLabels: Readonly<Record<string, string>> = {
  seed: 'Seed',
  url: 'Address of the offload server',
  token: 'Token of the offload server',
  fingerprint: 'Fingerprint of the offload server',
  ca: 'Certificate of the authority',
};

/** The name of a field for people; of a phase's its place in the schedule too. */
export function fieldLabel(path: string): string {
  const known = fields[path]?.label ?? otherLabels[path];
  if (known !== undefined) return known;
  const [, index, part] = /^phases(?:\.|\[)(\d+)\]?(?:\.(\w+))?$/.exec(path) ?? [];
  if (index !== undefined) return `Phase ${Number(index) + 1}${part === undefined ? '' : `, ${part}`}`;
  const [, what, swept] = /^(sweep|search)\.settings\.(.+?)(?:\.(?:from|to|count|scale))?$/.exec(path) ?? [];
  if (swept !== undefined) return `${capitalised(what)} of ${fieldLabel(swept)}`;
  const seed = /^seeds\.(\d+)$/.exec(path)?.[1];
  if (seed !== undefined) return `Seed ${Number(seed) + 1}`;
  return path === '' ? 'The experiment' : path;
}

/** A parameter of a number format, which has no words of its own here: `keptBits` is `Kept bits`. */
export function parameterLabel(name: string): string {
  return capitalised(name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`));
}

/** A choice in words: the form's own, or those of the schema. */
export function choiceLabel(path: string, choice: string, schema: FieldSchema | null = null): string {
  return fields[path]?.choices?.[choice] ?? schema?.labels[choice] ?? choice;
}

/** The choice that a value makes: of a codec with parameters its name. */
export function choiceOf(value: unknown): string | undefined {
  const named = hasFields(value) ? value['name'] : value;
  return typeof named === 'string' ? named : undefined;
}

/** What is wrong with a field, as a sentence that stands below it. */
export function problemSentence(path: string, text: string): string {
  const told = /^is (?:"[^"]*"|[^\s:,]+): (.+)$/s.exec(text)?.[1];
  // The name of a network stays as it is written.
  if (told !== undefined) return `${told.replace(/^(?!\S+ can be cut)[a-z]+/, capitalised)}.`;
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
