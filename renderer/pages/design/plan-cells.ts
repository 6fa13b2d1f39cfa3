import type { ExperimentInput, PlanChoice, PlanTable } from '../../../main/api.ts';
import { withLayer, type FindMethod } from './method.ts';
import { withValue } from './sparse.ts';

/** What a place of the table shows: the fastest codec at its cut and budget, one within the limits if there is any. */
export interface PlanCell {
  readonly choice: PlanChoice;
  /** Best of all, best of its budget. */
  readonly best: boolean;
  readonly bestOfBudget: boolean;
}

export interface PlanRow {
  readonly layer: number;
  readonly after: string;
  /** By the budgets of the columns; null where the cut has no more maps than that. */
  readonly cells: readonly (PlanCell | null)[];
}

/** The budgets of a table, ascending, the full one last. */
export function budgetsOf({ choices }: Pick<PlanTable, 'choices'>): (number | null)[] {
  const all = [...new Set(choices.map(({ budget }) => budget))];
  return all.sort((a, b) => (a ?? Infinity) - (b ?? Infinity));
}

/** The table by cut and budget. */
export function rowsOf(table: Pick<PlanTable, 'choices' | 'best' | 'bestOfBudgets' | 'fastest'>): PlanRow[] {
  const budgets = budgetsOf(table);
  const cells = table.fastest.map((place): PlanCell => ({
    choice: table.choices[place],
    best: place === table.best,
    bestOfBudget: table.bestOfBudgets.includes(place),
  }));
  const layers = [...new Set(cells.map(({ choice }) => choice.layer))];
  return layers.map((layer) => {
    const own = cells.filter(({ choice }) => choice.layer === layer);
    return {
      layer,
      after: own[0].choice.after,
      cells: budgets.map((budget) => own.find(({ choice }) => choice.budget === budget) ?? null),
    };
  });
}

/** A draft with the cut and the codecs of a choice; those of the other budgets stay. */
export function withChoice(
  draft: ExperimentInput,
  { layer, budget, codecUp, codecDown }: Pick<PlanChoice, 'layer' | 'budget' | 'codecUp' | 'codecDown'>,
  named: { readonly up: string; readonly down: string; readonly full: string },
  find: FindMethod,
): ExperimentInput {
  const codecs = budget === null ? { full: codecUp } : { up: codecUp, down: codecDown };
  // One that is so already keeps its parameters.
  const changed = Object.entries(codecs).filter(([use, name]) => named[use as keyof typeof named] !== name);
  return changed.reduce((input, [use, name]) => withValue(input, `codec.${use}`, name), withLayer(draft, layer, find));
}
