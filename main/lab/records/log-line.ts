import type { LogLine } from '../../api.ts';
import { formatBudget, formatPercent } from '../../charts/formats.ts';

type Details = Readonly<Record<string, unknown>>;

/** The data source it is about: as a sentence begins with it, and before what it did where there are others. */
interface Source {
  readonly name: string;
  readonly prefix: string;
}

interface Event {
  /** `info` unless given. */
  readonly level?: LogLine['level'];
  readonly words: (details: Details, source: Source) => string;
}

/** What is noted of runs, in words. */
const events: Readonly<Record<string, Event>> = {
  status: { words: ({ status, error }) => [status, error].filter((part) => typeof part === 'string').join(': ') },
  engine: {
    words: ({ name, device, detail }, { prefix }) => `${prefix}${text(name)}: ${text(device)}, ${text(detail)}`,
  },
  resumed: { words: ({ step }) => `From the checkpoint of step ${text(step)}` },
  // The last one of a training stands at the beginning of what would come next.
  checkpoint: {
    words: ({ step }) => (step === 0 ? 'Saved at the end of the training' : `Saved at step ${text(step)}`),
  },
  epoch: {
    words: (epoch, { prefix }) =>
      `${prefix}Epoch ${Number(epoch['epoch']) + 1} at ${budgetOf(epoch)}: ${accuracyOf(epoch)}`,
  },
  pair: {
    words: (pair, { prefix }) => `${prefix}A client/server pair for ${budgetOf(pair)}: ${accuracyOf(pair)}`,
  },
  'ended-early': {
    words: ({ epoch, end }) =>
      end === 'phase'
        ? `The phase ends with epoch ${Number(epoch) + 1}, as none was better for so long`
        : `The pair is made as it stands after epoch ${Number(epoch) + 1}, which is accurate enough or has sent enough`,
  },
  'checkpoint-left': { level: 'warning', words: ({ message }) => text(message) },
  'records-restored': { level: 'warning', words: ({ message }) => text(message) },
  'record-file-restored': { level: 'warning', words: ({ message }) => text(message) },
  failed: { level: 'error', words: ({ message }) => text(message) },
  server: { level: 'warning', words: ({ message }) => `The offload server: ${text(message)}` },
  'server-started': {
    words: ({ url, pid }) => `The offload server has started at ${text(url)} (process ${text(pid)})`,
  },
  'server-died': { level: 'warning', words: ({ how }) => `The offload server died: ${text(how)}` },
  'server-stuck': {
    level: 'warning',
    words: ({ seconds }) => `The offload server has done nothing for ${text(seconds)} s`,
  },
  'source-started': {
    words: ({ pid }, { name }) => `${name} has started${pid === undefined ? '' : ` (process ${text(pid)})`}`,
  },
  'source-died': { level: 'warning', words: ({ how }, { name }) => `${name} died: ${text(how)}` },
  'source-stuck': {
    level: 'warning',
    words: ({ seconds }, { name }) => `${name} has done nothing for ${text(seconds)} s`,
  },
  'source-dropped': {
    level: 'error',
    words: ({ deaths }, { name }) => `${name} died ${text(deaths)} times and is left out`,
  },
  'source-refused': { level: 'warning', words: ({ message }) => `A source was turned away: ${text(message)}` },
  threads: {
    level: 'warning',
    words: ({ threads, cores }) =>
      `Computes with the ${text(threads)} threads it began with, though this machine has ${text(cores)} cores`,
  },
  'step-unreported': {
    level: 'warning',
    words: ({ step }, { name }) =>
      `${name} died before it told of step ${text(step)}: it is recorded as the server knows it`,
  },
  'waiting-for-sources': { words: ({ count, url }) => `Waiting for ${text(count)} sources to join at ${text(url)}` },
  'link-lost': { level: 'warning', words: ({ message }, { prefix }) => `${prefix}${text(message)}` },
  'link-retry': {
    level: 'warning',
    words: ({ message }, { prefix }) => `${prefix}${text(message)} It is tried again.`,
  },
  'link-reconnected': { words: ({ message }, { prefix }) => `${prefix}${text(message)}` },
  'links-died': { level: 'warning', words: ({ how }) => `The emulated network died: ${text(how)}` },
  'links-started': { words: ({ pid }) => `The emulated network has started (process ${text(pid)})` },
  damaged: { level: 'warning', words: ({ line }) => text(line) },
};

/** A line of the log of a run with so many sources as people read it; what has no words of its own shows what it has. */
export function logLine(line: string, sources: number): LogLine {
  const { time, event, ...details } = parse(line);
  const name = text(event);
  const known = Object.hasOwn(events, name) ? events[name] : undefined;
  return {
    at: Date.parse(text(time)) || 0,
    level: known?.level ?? 'info',
    event: name,
    text: known ? known.words(details, sourceOf(details, sources)) : facts(details),
  };
}

function parse(line: string): Details {
  try {
    return JSON.parse(line) as Details;
  } catch {
    // A process killed amid a line leaves half of it.
    return { event: 'damaged', line };
  }
}

/** Records count sources from 0, people from 1. */
function sourceOf({ source }: Details, sources: number): Source {
  if (sources === 1 || typeof source !== 'number') return { name: 'The data source', prefix: '' };
  const name = `Source ${source + 1}`;
  return { name, prefix: `${name}: ` };
}

function budgetOf({ budget }: Details): string {
  return typeof budget === 'number' ? formatBudget(budget) : 'full budget';
}

function accuracyOf({ testAccuracy }: Details): string {
  return `accuracy ${formatPercent(typeof testAccuracy === 'number' ? testAccuracy : NaN)}`;
}

function facts(details: Details): string {
  const shown = Object.entries(details).filter(([name]) => name !== 'stack');
  return shown.map(([name, value]) => `${name} ${text(value)}`).join(', ');
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
