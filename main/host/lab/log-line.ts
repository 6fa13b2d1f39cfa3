import type { LogLine } from '../../api.ts';
import { formatBudget, formatPercent } from '../../charts/formats.ts';

type Details = Readonly<Record<string, unknown>>;

interface Event {
  /** `info` unless given. */
  readonly level?: LogLine['level'];
  readonly words: (details: Details) => string;
}

/** What is noted of runs, in words. */
const events: Readonly<Record<string, Event>> = {
  status: { words: ({ status, error }) => [status, error].filter((part) => typeof part === 'string').join(': ') },
  engine: {
    words: ({ source, name, device, detail }) => `${of(source)}${text(name)}: ${text(device)}, ${text(detail)}`,
  },
  resumed: { words: ({ step }) => `From the checkpoint of step ${text(step)}` },
  checkpoint: { words: ({ step }) => `Saved at step ${text(step)}` },
  epoch: {
    words: (epoch) =>
      `${of(epoch['source'])}Epoch ${Number(epoch['epoch']) + 1} at ${budgetOf(epoch)}: ${accuracyOf(epoch)}`,
  },
  pair: { words: (pair) => `${of(pair['source'])}A client/server pair for ${budgetOf(pair)}: ${accuracyOf(pair)}` },
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
  'source-started': { words: ({ source, pid }) => `Source ${text(source)} has started (process ${text(pid)})` },
  'source-died': { level: 'warning', words: ({ source, how }) => `Source ${text(source)} died: ${text(how)}` },
  'source-stuck': {
    level: 'warning',
    words: ({ source, seconds }) => `Source ${text(source)} has done nothing for ${text(seconds)} s`,
  },
  'source-dropped': {
    level: 'error',
    words: ({ source, deaths }) => `Source ${text(source)} died ${text(deaths)} times and is left out`,
  },
  'waiting-for-sources': { words: ({ count, url }) => `Waiting for ${text(count)} sources to join at ${text(url)}` },
  'links-started': { words: ({ pid }) => `The emulated network has started (process ${text(pid)})` },
  damaged: { level: 'warning', words: ({ line }) => text(line) },
};

/** A line of a run's log as people read it; what has no words of its own shows what it has. */
export function logLine(line: string): LogLine {
  const { time, event, ...details } = parse(line);
  const name = text(event);
  const known = Object.hasOwn(events, name) ? events[name] : undefined;
  return {
    at: Date.parse(text(time)) || 0,
    level: known?.level ?? 'info',
    event: name,
    text: known ? known.words(details) : facts(details),
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

function of(source: unknown): string {
  return typeof source === 'number' && source > 0 ? `Source ${source}: ` : '';
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
