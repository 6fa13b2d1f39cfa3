import type { DatasetInfo } from '../data/source.ts';
import { experimentNetwork } from '../runs/experiment/check.ts';
import { enginesOf, type Role } from '../runs/experiment/engines.ts';
import { linkOf, type Experiment } from '../runs/experiment/experiment.ts';
import { codecChoice, codecsOffered } from '../offload/codecs/table.ts';
import { codecSettings, ownCodecs, type CodecSettings } from '../training/controller.ts';
import type { Circumstances } from './costs.ts';
import type { MachineTimes, TimesRequest } from './known-times.ts';
import { tableTimes, type ComputeTimes } from './times.ts';

/** The codecs of an experiment, then those that plans offer besides: for both directions, at every budget. */
export function plannedCodecs({ codec }: Pick<Experiment, 'codec'>): CodecSettings[] {
  const all = codecsOffered('plans').map((name) => codecChoice(name));
  return [codecSettings(codec), ...all.map((one) => ({ up: one, down: one, full: one }))];
}

/** What has to be timed for an experiment: its client on a device, its server half. */
export function timesRequest(experiment: Experiment, info: DatasetInfo, role: Role): TimesRequest {
  const { model, split, phases, batchSize, optimiser, sources, threads } = experiment;
  const ofDevice = sources.threads ?? (sources.count === 1 ? threads : 1);
  return {
    model: { name: model.name, width: model.width, input: info.shape, classes: info.classes.length },
    module: split.module,
    batchSize,
    momentum: optimiser.momentum,
    weightDecay: optimiser.weightDecay,
    codecs: [
      ...plannedCodecs(experiment).flatMap(({ up, down, full }) => [up, down, full]),
      ...phases.flatMap(({ codec }) => Object.values(ownCodecs(codec) ?? {})),
    ],
    engine: enginesOf(experiment)[role],
    threads: role === 'client' ? ofDevice : threads,
  };
}

/** What the server half takes, for a batch and for one sample. */
export type ServerTimes = Readonly<Record<'batch' | 'one', Pick<ComputeTimes, 'server'>>>;

/** The circumstances of an experiment, with the times of its device, and of its server here or elsewhere. */
export function circumstancesOf(
  experiment: Experiment,
  info: DatasetInfo,
  client: MachineTimes,
  server: MachineTimes | ServerTimes,
): Circumstances {
  const { network } = experimentNetwork(experiment, info);
  const side = (of: 'batch' | 'one'): ComputeTimes => ({
    client: tableTimes(network, client[of]).client,
    server: 'machine' in server ? tableTimes(network, server[of]).server : server[of].server,
  });
  return {
    network,
    batchSize: experiment.batchSize,
    momentum: experiment.optimiser.momentum,
    link: linkOf(experiment),
    compute: { batch: side('batch'), one: side('one') },
    wire: client.wire,
    device: { cpuShare: experiment.sources.cpuShare, busyCores: client.busyCores },
  };
}
