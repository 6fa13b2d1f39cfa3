import { SluiceError } from '../../errors.ts';
import type { TrainingData } from '../data.ts';
import type { Colours } from '../drawing/palette.ts';

/** How a line is to be called and coloured in one picture; the lines stand in the order they are given in. */
export interface DressedLine {
  /** As it is called in the comparison. */
  readonly line: string;
  readonly name?: string | undefined;
  /** As `#rrggbb`. */
  readonly colour?: string | undefined;
}

/** Trainings by their new names and in their new order, those that are not named last, and the colours of the lines. */
interface Dressed {
  readonly trainings: readonly TrainingData[];
  readonly colours: Colours;
}

/** Renames, recolours and reorders lines. Throws `line-unknown`. */
export function dressed(trainings: readonly TrainingData[], lines: readonly DressedLine[]): Dressed {
  const known = new Set(trainings.flatMap(({ family, label }) => [family, label]));
  const unknown = lines.find(({ line }) => !known.has(line));
  if (unknown) {
    const names = [...new Set(trainings.map(({ family }) => family))].join('", "');
    throw new SluiceError('line-unknown', `There is no line "${unknown.line}". There are "${names}".`, {
      path: 'lines',
    });
  }
  const place = ({ family, label }: TrainingData): number => {
    const at = lines.findIndex(({ line }) => line === family || line === label);
    return at < 0 ? lines.length : at;
  };
  const colours: Record<string, string> = {};
  const renamed = trainings.map((training) => {
    const entry = lines[place(training)];
    if (!entry) return training;
    const names = nameOf(training, entry);
    if (entry.colour !== undefined) colours[names.family] = entry.colour;
    return { ...training, ...names };
  });
  const places = new Map(trainings.map((training) => [training.id, place(training)]));
  return { trainings: renamed.toSorted((a, b) => places.get(a.id)! - places.get(b.id)!), colours };
}

/** A seed keeps what tells it from the others of its line. */
function nameOf(
  { family, label }: TrainingData,
  { line, name = line }: DressedLine,
): Pick<TrainingData, 'family' | 'label'> {
  if (line === label) return { family: name, label: name };
  return { family: name, label: label.startsWith(family) ? `${name}${label.slice(family.length)}` : label };
}
