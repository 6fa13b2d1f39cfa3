import type { EngineStatus } from '../../../main/api.ts';

/** The one `auto` takes: the first that is there and proven, since they come best first. */
export function bestEngine(engines: readonly EngineStatus[]): EngineStatus | undefined {
  return engines.find(({ available, proven }) => available && proven);
}

/** The command that a remedy consists of; null where it says something else. */
export function commandIn(remedy: string): string | null {
  return /^Run: (.+?)\.?$/.exec(remedy)?.[1] ?? null;
}

/** What is installed of an engine: `Installed with TensorFlow 2.21.0 of /home/ada/venv/bin/python3`; null where nothing is. */
export function installedWords({ installed, damaged }: EngineStatus): string | null {
  if (damaged !== undefined) return `What is installed of it is damaged: ${damaged}`;
  if (!installed) return null;
  const { source, tensorflow, python, packages } = installed;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  if (tensorflow === null) return `Installed with ${versions.join(' and ')}`;
  return `Installed with TensorFlow ${tensorflow}${source === 'python' ? ` of ${python}` : ', as its makers offer it'}`;
}
