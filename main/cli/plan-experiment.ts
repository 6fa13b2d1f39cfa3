import { describeDataset, listDatasets } from '../data/datasets.ts';
import type { DatasetInfo } from '../data/source.ts';
import { SluiceError } from '../errors.ts';
import { networkNames, type NetworkName } from '../model/zoo.ts';
import { linkPresets } from '../offload/link/link.ts';
import type { Goal } from '../planning/choices.ts';
import { checkExperiment } from '../runs/experiment/check.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import { parseExperiment } from '../runs/experiment/parse.ts';
import { applySetting } from '../runs/experiment/settings.ts';
import { note } from './format.ts';
import { loadByName } from './launch.ts';
import type { ServerFlags } from './network.ts';

/** What `plan` was asked for. */
export interface PlanOptions extends Pick<ServerFlags, 'token' | 'ca' | 'fingerprint' | 'insecure'> {
  readonly small?: boolean;
  readonly set?: readonly string[];
  readonly experiment?: string;
  readonly engine?: string;
  readonly threads?: number;
  readonly link?: string;
  readonly server?: string;
  readonly for: Goal;
  readonly budgets?: readonly number[];
  readonly limitLatency?: number;
  readonly limitBytes?: number;
  readonly limitMemory?: number;
  readonly sources?: readonly number[];
  readonly servers: number;
  readonly channel?: number;
  readonly requests?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

/** The experiment of a file or preset, or that of a network with all defaults, as the options change it. */
export function experimentOf(what: string, { small, experiment: wanted, ...options }: PlanOptions): Experiment {
  const settings = settingsOf(options);
  if (networkNames.some((name) => name === what)) {
    if (small || wanted !== undefined) {
      const flag = small ? '--small' : '--experiment';
      throw new SluiceError('bad-usage', `${flag} is for presets and files: ${what} is a network.`);
    }
    const layer = what === 'cnn' || what === 'mlp' ? 3 : 5;
    return parseExperiment(settings.reduce(applySetting, { model: { name: what as NetworkName }, split: { layer } }));
  }
  const { experiments } = loadByName(what, { small, settings });
  const found = wanted === undefined ? experiments[0] : experiments.find(({ name }) => name === wanted);
  if (wanted === undefined && experiments.length > 1) {
    const first = `"${experiments[0].name}", the first of ${experiments.length}`;
    note(`This plans ${first}: --experiment takes another, and "sluice run ${what} --dry-run" lists all.`);
  }
  if (found) return found;
  const names = experiments.map(({ name }) => `"${name}"`).join(', ');
  throw new SluiceError('bad-usage', `--experiment is "${wanted}": expected one of ${names}.`);
}

function settingsOf({
  set = [],
  engine,
  threads,
  link,
}: Pick<PlanOptions, 'set' | 'engine' | 'threads' | 'link'>): string[] {
  return [
    ...(engine === undefined ? [] : [`engine=${engine}`]),
    ...(threads === undefined ? [] : [`threads=${threads}`]),
    ...(link === undefined ? [] : [`link=${JSON.stringify(linkFrom(link))}`]),
    ...set,
  ];
}

/** A preset's name, `none`, or `up/down/rtt`: Mbit/s and milliseconds. */
function linkFrom(text: string): unknown {
  if (text === 'none') return null;
  if (text in linkPresets) return text;
  const [, up, down, rttMs] = /^([\d.]+)\/([\d.]+)(?:\/([\d.]+)(?:ms)?)?$/.exec(text) ?? [];
  if (up !== undefined) return { up: Number(up), down: Number(down), rttMs: Number(rttMs ?? 0) };
  const names = Object.keys(linkPresets).join(', ');
  throw new SluiceError(
    'bad-usage',
    `--link is "${text}": expected ${names}, none, or rates up/down in Mbit/s and the round trip, such as 15/40/45ms.`,
  );
}

/** The images of an experiment, which may still have to be downloaded. Throws where the experiment does not suit them. */
export function imagesOf(experiment: Experiment): DatasetInfo {
  const { name } = experiment.dataset;
  const info = listDatasets().find((dataset) => dataset.name === name)?.info ?? describeDataset(name);
  checkExperiment(experiment, info);
  return info;
}
