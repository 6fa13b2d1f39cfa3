import type { EngineReport } from '../../../main/api.ts';

/** The one `auto` takes: the first that is there and proven, since they come best first. */
export function bestEngine(engines: readonly EngineReport[]): EngineReport | undefined {
  return engines.find(({ available, proven }) => available && proven);
}

/** The command that a remedy consists of; null where it says something else. */
export function commandIn(remedy: string): string | null {
  return /^Run: (.+?)\.?$/.exec(remedy)?.[1] ?? null;
}
