import { leastLevel } from '../../charts/achievement.ts';
import { formatPercent } from '../../charts/formats.ts';
import { inputFacts } from '../../data/input.ts';
import { SluiceError } from '../../errors.ts';
import type { Run } from '../../runs/store/run.ts';

/** Throws `level-chance` for an accuracy that guessing among the classes of these runs gives as well. */
export function requireAboveChance(runs: readonly Pick<Run, 'experiment'>[], reach: number | undefined): void {
  if (reach === undefined) return;
  const classes = runs.map(({ experiment }) => inputFacts(experiment.dataset.name)?.classes.length ?? null);
  const least = leastLevel(classes);
  if (least === null || reach >= least) return;
  const fewest = Math.min(...classes.filter((count) => count !== null));
  throw new SluiceError(
    'level-chance',
    `The accuracy to reach is ${formatPercent(reach)}: guessing among ${fewest} classes reaches ${formatPercent(1 / fewest)}. ` +
      `Ask for ${formatPercent(least)} or more.`,
    { path: 'reach' },
  );
}
