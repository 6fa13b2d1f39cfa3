import type { RunEvent } from '../runs/life/execution.ts';
import type { Progress } from '../runs/life/progress.ts';
import { formatBudget, formatBytes, formatDuration, formatNumber, formatPercent } from '../charts/formats.ts';
import { runNumber, type Run } from '../runs/store/run.ts';
import { visibleLine } from '../visible.ts';
import { shorten } from './format.ts';

/** What is known of a run while it is executed. */
export interface RunState {
  readonly run: Run;
  readonly progress: Progress | null;
  /** On the test set, after the last epoch: the mean over the data sources. */
  readonly accuracy: number | null;
  /** Of each source. */
  readonly accuracies: ReadonlyMap<number, number>;
  readonly stopping: boolean;
}

export function advance(state: RunState, event: RunEvent): RunState {
  switch (event.kind) {
    case 'status':
      return { ...state, run: event.run };
    case 'progress':
      return { ...state, progress: event };
    case 'epoch': {
      const accuracies = new Map([...state.accuracies, [event.source, event.testAccuracy]]);
      const sum = [...accuracies.values()].reduce((total, each) => total + each, 0);
      return { ...state, accuracies, accuracy: sum / accuracies.size };
    }
    case 'pair':
    case 'notice':
      return state;
  }
}

const barWidth = { least: 8, most: 24 };

/** A run's state as one line that fits the columns: what matters least is left out first. */
export function progressLine({ run, progress, accuracy, stopping }: RunState, columns: number): string {
  const name = shorten(`${runNumber(run)} ${visibleLine(run.name)}`, 24);
  if (stopping) return shorten(`${name}  stopping with a checkpoint; Ctrl-C ends at once`, columns);
  if (run.status === 'paused') return shorten(`${name}  paused: p goes on, q stops`, columns);
  if (!progress) return shorten(`${name}  starting`, columns);
  const { stepsDone, totalSteps, budget, crossEntropy, bytesDone, samplesPerSecond, etaSeconds } = progress;
  const done = stepsDone / totalSteps;
  const start = `${name}  ${formatBudget(budget)}  epoch ${epochOf(progress)}  `;
  const percent = ` ${String(Math.floor(done * 100)).padStart(3)} %`;
  const facts = [
    { rank: 1, text: `  ${formatDuration(etaSeconds)} left` },
    { rank: 5, text: `  loss ${crossEntropy.toFixed(2)}` },
    { rank: 2, text: accuracy === null ? '' : `  accuracy ${formatPercent(accuracy)}` },
    { rank: 4, text: `  now ${formatNumber(samplesPerSecond)}/s` },
    { rank: 3, text: `  ${formatBytes(bytesDone)}` },
  ];
  const endings = [5, 4, 3, 2, 1, 0].map((least) =>
    facts
      .filter(({ rank }) => rank <= least)
      .map(({ text }) => text)
      .join(''),
  );
  const room = (ending: string): number => columns - start.length - percent.length - ending.length;
  const ending = endings.find((text) => room(text) >= barWidth.least) ?? '';
  const width = Math.max(0, Math.min(barWidth.most, room(ending)));
  return shorten(`${start}${'█'.repeat(Math.round(done * width)).padEnd(width, '░')}${percent}${ending}`, columns);
}

/** Its last epoch as a line for a log. */
export function epochLine({ run, progress }: RunState, epoch: Extract<RunEvent, { kind: 'epoch' }>): string {
  return [
    ...(run.experiment.sources.count > 1 ? [`source ${epoch.source + 1}`] : []),
    ...(progress ? [`epoch ${epochOf(progress)}`] : []),
    formatBudget(epoch.budget),
    `loss ${epoch.trainLoss.toFixed(3)}`,
    `accuracy ${formatPercent(epoch.testAccuracy)}`,
    `${formatNumber(epoch.samplesPerSecond)} samples/s`,
    ...(progress ? [formatBytes(progress.bytesDone), `${formatDuration(progress.etaSeconds)} left`] : []),
  ].join(', ');
}

/** How it ended. */
export function endLine({ run, progress, accuracy }: RunState, seconds: number): string {
  return [
    run.status,
    ...(accuracy === null ? [] : [`accuracy ${formatPercent(accuracy)}`]),
    ...(progress ? [formatBytes(progress.bytesDone)] : []),
    formatDuration(seconds),
  ].join(', ');
}

/** `3/9`, counted over all trainings of the run. */
function epochOf({ runEpoch, runEpochs }: Progress): string {
  return `${runEpoch}/${runEpochs}`;
}
