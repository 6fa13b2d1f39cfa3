import type { EngineReport } from '../../../main/api.ts';

interface EngineWords {
  readonly title: string;
  readonly text: string;
}

const words: Readonly<Record<EngineReport['name'], EngineWords>> = {
  cuda: { title: 'NVIDIA card', text: 'The fastest by far where there is one.' },
  webgpu: { title: 'Graphics card', text: 'Cards of any maker, through the driver that the system has.' },
  cpu: { title: 'Processor', text: 'Is always there, on all cores, with hand-written kernels.' },
};

/** What an engine is, for people who do not know its name. */
export function wordsFor({ name }: EngineReport): EngineWords {
  return words[name];
}

/** The one `auto` takes: the first that is there, since they come best first. */
export function bestEngine(engines: readonly EngineReport[]): EngineReport | undefined {
  return engines.find(({ available }) => available);
}

/** The command that a remedy consists of; null where it says something else. */
export function commandIn(remedy: string): string | null {
  return /^Run: (.+?)\.?$/.exec(remedy)?.[1] ?? null;
}
