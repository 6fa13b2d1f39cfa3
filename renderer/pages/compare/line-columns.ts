import { bestAccuracy } from '../../../main/charts/achievement.ts';
import { spreadOf } from '../../../main/charts/comparison/spread.ts';
import type { Column } from '../../components/table.ts';
import type { ComparedLine } from './useComparison.ts';

/** The best accuracy of a line, over its seeds on average. */
export function bestOfLine({ trainings }: ComparedLine): number | null {
  return spreadOf(trainings.map(({ epochs }) => (epochs.length > 0 ? bestAccuracy(epochs) : null)))?.mean ?? null;
}

/** The columns of the list of lines, whose order decides which of very many are drawn. */
export const lineColumns: readonly Column<ComparedLine>[] = [
  { name: 'label', label: 'Training', width: 'minmax(0, 1fr)', order: ({ label }) => label },
  { name: 'best', label: 'Best', width: '58px', align: 'end', mostFirst: true, order: bestOfLine },
];
