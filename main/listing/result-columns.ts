import type { RunSummary } from '../api/runs.ts';
import { formatCorrelation, formatNumber, formatPercent } from '../charts/formats.ts';
import type { RunColumn } from './columns.ts';

/** Seconds from its start to its end, or until now. */
function secondsOf({ startedAt, endedAt }: RunSummary): number | null {
  return startedAt === null ? null : ((endedAt ?? Date.now()) - startedAt) / 1000;
}

/** With the budget it is of, where that is a smaller one than before, as after prune. */
function bestText({ bests, bestAccuracy }: RunSummary): string {
  const budget = bests.length > 1 ? (bests.at(-1)?.budget ?? null) : null;
  const best = bestAccuracy === null ? '–' : formatPercent(bestAccuracy);
  return budget === null ? best : `${best} at ${budget}`;
}

/** The budget a run ends with: accuracies at others are none of its kind. */
const lastBudget = ({ budgets }: RunSummary): string => String(budgets.at(-1) ?? 'full');

/** What runs came to and what they cost. */
export const resultColumns: readonly RunColumn[] = [
  {
    name: 'best',
    aliases: ['accuracy', 'bestAccuracy'],
    label: 'Best',
    part: 'result',
    kind: 'share',
    value: ({ bestAccuracy }) => bestAccuracy,
    text: bestText,
    kin: lastBudget,
    width: '104px',
    usual: true,
    mostFirst: true,
    help: 'Test accuracy of the best epoch at the budget the run ends with',
  },
  {
    name: 'last',
    aliases: ['lastAccuracy'],
    label: 'Last',
    part: 'result',
    kind: 'share',
    value: ({ lastAccuracy }) => lastAccuracy,
    kin: lastBudget,
    width: '78px',
    mostFirst: true,
    help: 'Test accuracy of the last epoch',
  },
  {
    name: 'bytes',
    aliases: ['sent'],
    label: 'Bytes',
    part: 'result',
    kind: 'bytes',
    value: ({ bytesUp, bytesDown }) => bytesUp + bytesDown,
    width: '86px',
    usual: true,
    help: 'Sent in both directions',
  },
  {
    name: 'up',
    aliases: ['bytesUp'],
    label: 'Bytes up',
    part: 'result',
    kind: 'bytes',
    value: ({ bytesUp }) => bytesUp,
  },
  {
    name: 'down',
    aliases: ['bytesDown'],
    label: 'Bytes down',
    part: 'result',
    kind: 'bytes',
    value: ({ bytesDown }) => bytesDown,
  },
  {
    name: 'epochs',
    label: 'Epochs',
    part: 'result',
    kind: 'number',
    value: ({ epochsDone }) => epochsDone,
    text: ({ epochsDone, epochsTotal }) => `${epochsDone} of ${epochsTotal}`,
    format: formatNumber,
    width: '84px',
    help: 'Finished ones',
  },
  {
    name: 'plannedEpochs',
    label: 'Planned epochs',
    part: 'setting',
    kind: 'number',
    value: ({ epochsTotal }) => epochsTotal,
    help: 'Of all phases',
  },
  {
    name: 'speed',
    aliases: ['throughput'],
    label: 'Samples/s',
    part: 'result',
    kind: 'number',
    value: ({ samplesPerSecond }) => samplesPerSecond,
    format: (value) => value.toFixed(0),
    width: '92px',
    mostFirst: true,
  },
  {
    name: 'took',
    label: 'Took',
    part: 'result',
    kind: 'seconds',
    value: secondsOf,
    width: '84px',
    help: 'From its start to its end, with all that is in between',
  },
  {
    name: 'trainingTime',
    label: 'In training',
    part: 'result',
    kind: 'seconds',
    value: ({ trainingSeconds }) => trainingSeconds,
    help: 'In finished epochs, without evaluation',
  },
  {
    name: 'evaluationTime',
    label: 'In evaluation',
    part: 'result',
    kind: 'seconds',
    value: ({ evaluationSeconds }) => evaluationSeconds,
    help: 'Between epochs',
  },
  {
    name: 'distanceCorrelation',
    label: 'Distance correlation',
    part: 'result',
    kind: 'number',
    value: ({ distanceCorrelation }) => distanceCorrelation,
    format: formatCorrelation,
    kin: lastBudget,
    help: 'Of images and what crosses, in the last epoch',
  },
  {
    name: 'left',
    label: 'Time left',
    part: 'result',
    kind: 'seconds',
    value: ({ progress }) => progress?.secondsLeft ?? null,
    width: '84px',
    help: 'Of a run in training, as predicted',
  },
  {
    name: 'dropped',
    label: 'Sources left out',
    part: 'result',
    kind: 'number',
    value: ({ dropped }) => dropped,
    help: 'Data sources that died too often',
  },
];
