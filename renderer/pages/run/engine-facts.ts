import type { RunSummary } from '../../../main/api.ts';

type RunEngines = Pick<RunSummary, 'engine' | 'serverEngine'>;

/** What computes a run, once where that is the same for both halves. */
export function engineFacts({ engine, serverEngine }: RunEngines): string[] {
  if (engine === null && serverEngine === null) return ['no engine yet'];
  if (serverEngine === null || serverEngine === engine) return [engine ?? 'no engine yet'];
  return [`clients: ${engine ?? 'no engine yet'}`, `server: ${serverEngine}`];
}

/** The names of the engines of client and server, as far as they are known. */
export function engineNamesOf({ engine, serverEngine }: RunEngines): {
  readonly Client: string;
  readonly Server: string;
} {
  return { Client: nameOf(engine), Server: nameOf(serverEngine) };
}

/** `webgpu · Radeon, Dawn` begins with it. */
function nameOf(engine: string | null): string {
  return engine?.split(' ')[0] ?? '';
}
