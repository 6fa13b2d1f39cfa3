import type { Run } from '../../runs/store/run.ts';
import { version } from '../../version.ts';

/**
 * `ro-crate-metadata.json`: what a zip of runs is, for repositories and people who do not know Sluice (RO-Crate 1.1, with
 * the actions of Process Run Crate). Each run is an action that made its files with the settings it was given.
 */
export function crateMetadata(runs: readonly Run[], paths: readonly string[], at = new Date()): object {
  const files = paths.filter((path) => path !== crateFile);
  const folderOf = ({ id }: Run): string => `${id}/`;
  return {
    '@context': 'https://w3id.org/ro/crate/1.1/context',
    '@graph': [
      {
        '@id': crateFile,
        '@type': 'CreativeWork',
        conformsTo: { '@id': 'https://w3id.org/ro/crate/1.1' },
        about: { '@id': './' },
      },
      {
        '@id': './',
        '@type': 'Dataset',
        name: runs.length === 1 ? `Run ${runs[0].id} of Sluice` : `${runs.length} runs of Sluice`,
        description: 'Trainings of split networks: settings, records, charts and, where they were wanted, weights.',
        datePublished: at.toISOString(),
        conformsTo: { '@id': 'https://w3id.org/ro/wfrun/process/0.5' },
        hasPart: [...runs.map((run) => ({ '@id': folderOf(run) })), ...files.map((path) => ({ '@id': path }))],
        mentions: runs.map((run) => ({ '@id': actionOf(run) })),
      },
      { '@id': software, '@type': 'SoftwareApplication', name: 'Sluice', softwareVersion: version() },
      ...runs.flatMap((run) => {
        const own = files.filter((path) => path.startsWith(folderOf(run)));
        return [action(run, own), { '@id': folderOf(run), '@type': 'Dataset', name: nameOf(run), hasPart: ids(own) }];
      }),
      ...files.map((path) => ({ '@id': path, '@type': 'File', encodingFormat: formatOf(path) })),
    ],
  };
}

export const crateFile = 'ro-crate-metadata.json';

const software = '#sluice';

/** What schema.org calls the ends of a run; one that has not ended has none. */
const statuses: Partial<Record<Run['status'], string>> = {
  finished: 'http://schema.org/CompletedActionStatus',
  failed: 'http://schema.org/FailedActionStatus',
};

function action(run: Run, files: readonly string[]): object {
  const { startedAt, endedAt, status, error } = run;
  const settings = `${run.id}/experiment.json`;
  return {
    '@id': actionOf(run),
    '@type': 'CreateAction',
    name: nameOf(run),
    instrument: { '@id': software },
    object: { '@id': settings },
    result: ids(files.filter((path) => path !== settings)),
    ...(startedAt && { startTime: startedAt.toISOString() }),
    ...(endedAt && { endTime: endedAt.toISOString() }),
    ...(statuses[status] && { actionStatus: { '@id': statuses[status] } }),
    ...(error !== null && { error }),
  };
}

function actionOf({ id }: Run): string {
  return `#run-${id}`;
}

function nameOf({ name, seed }: Run): string {
  return `${name}, seed ${seed}`;
}

function ids(paths: readonly string[]): object[] {
  return paths.map((path) => ({ '@id': path }));
}

function formatOf(path: string): string {
  const types: Readonly<Record<string, string>> = {
    json: 'application/json',
    jsonl: 'application/jsonl',
    csv: 'text/csv',
    svg: 'image/svg+xml',
    png: 'image/png',
    html: 'text/html',
  };
  return types[path.split('.').at(-1)!] ?? 'application/octet-stream';
}
