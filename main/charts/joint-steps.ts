import type { Together } from '../records/column.ts';
import { byStepColumn, measuredColumns, secondsOfSteps } from '../records/columns.ts';
import type { StepData } from './data.ts';

/**
 * The steps of several data sources as steps of all together. Sources with more images take more steps an epoch, so an
 * epoch is divided into as many parts as the source that has most takes steps. What the sources end within a part, each
 * by its own place in the epoch, is one step: all samples and bytes, the mean loss of the samples, and the mean times of
 * their steps. Rows of one source are in the order of its steps.
 */
export function jointSteps(steps: StepData, rows: readonly number[]): StepData {
  const { parts, ends, places } = placesOf(steps, rows);
  const order = Array.from(rows.keys()).sort((a, b) => ends[a] - ends[b]);
  const slots = new Uint32Array(order.length);
  for (let at = 1; at < slots.length; at++) {
    slots[at] = slots[at - 1] + Number(ends[order[at]] !== ends[order[at - 1]]);
  }
  const taken = new Float64Array(slots[slots.length - 1] + 1);
  const slotEnds = new Float64Array(taken.length);
  slots.forEach((slot, at) => {
    taken[slot]++;
    slotEnds[slot] = ends[order[at]];
  });
  const sorted = { rows: order.map((at) => rows[at]), slots };
  const columns = byStepColumn((name) => mergeColumn(steps[name], sorted, ways.get(name) ?? 'first', steps.samples));
  const slotPlaces = slotEnds.map((end) => end / parts);
  const seconds = secondsBetween(steps, rows, places, slotPlaces);
  return { ...columns, step: slotEnds.map((end) => end - 1), joint: { places: slotPlaces, taken, seconds } };
}

interface Places {
  /** Parts of an epoch. */
  readonly parts: number;
  /** The part of the training that each row ends in, counted from 1. */
  readonly ends: Float64Array;
  /** Where exactly it ends: at 1.5 halfway through the second epoch of its source. */
  readonly places: Float64Array;
}

function placesOf({ source, epoch }: StepData, rows: readonly number[]): Places {
  const numbers = new Uint32Array(rows.length);
  const reached = new Map<number, { epoch: number; number: number }>();
  // Its images are the same in every epoch. One under way has the length of those before.
  const lengths = new Map<number, number>();
  rows.forEach((row, at) => {
    const before = reached.get(source[row]);
    const number = before?.epoch === epoch[row] ? before.number + 1 : 1;
    reached.set(source[row], { epoch: epoch[row], number });
    lengths.set(source[row], Math.max(lengths.get(source[row]) ?? 0, number));
    numbers[at] = number;
  });
  const parts = Math.max(...lengths.values());
  const of = (place: (row: number, number: number, length: number) => number): Float64Array =>
    Float64Array.from(rows, (row, at) => place(row, numbers[at], lengths.get(source[row])!));
  return {
    parts,
    ends: of((row, number, length) => epoch[row] * parts + Math.ceil((number * parts) / length)),
    places: of((row, number, length) => epoch[row] + number / length),
  };
}

/** What every joint step adds to the time of the source that has taken longest to get there. */
function secondsBetween(
  steps: StepData,
  rows: readonly number[],
  places: Float64Array,
  slotPlaces: Float64Array,
): Float64Array {
  const own = secondsOfSteps(steps);
  const longest = new Float64Array(slotPlaces.length);
  for (const source of new Set(rows.map((row) => steps.source[row]))) {
    const mine = Array.from(rows.keys()).filter((at) => steps.source[rows[at]] === source);
    let [next, from, told] = [0, 0, 0];
    for (let slot = 0; slot < longest.length; slot++) {
      while (next < mine.length && places[mine[next]] <= slotPlaces[slot]) {
        told += own[rows[mine[next]]];
        from = places[mine[next++]];
      }
      // Of a step that goes on beyond, the part up to here.
      const under = mine[next];
      const share = next < mine.length ? (slotPlaces[slot] - from) / (places[under] - from) : 0;
      longest[slot] = Math.max(longest[slot], told + (share > 0 ? share * own[rows[under]] : 0));
    }
  }
  return longest.map((seconds, slot) => seconds - (slot > 0 ? longest[slot - 1] : 0));
}

const ways = new Map<string, Together>(measuredColumns('step').map(({ name, together }) => [name, together]));

/** The values of rows, those of the same slot as one; slots do not fall. */
function mergeColumn(
  values: Float64Array,
  { rows, slots }: { readonly rows: readonly number[]; readonly slots: Uint32Array },
  together: Together,
  samples: Float64Array,
): Float64Array {
  const merged = new Float64Array(slots[slots.length - 1] + 1);
  const shares = new Float64Array(merged.length);
  for (const [at, row] of rows.entries()) {
    const slot = slots[at];
    const isFirst = at === 0 || slots[at - 1] !== slot;
    const share = together === 'sample-mean' ? samples[row] : 1;
    shares[slot] += share;
    if (together === 'sum') merged[slot] += values[row];
    else if (together === 'mean' || together === 'sample-mean') merged[slot] += share * values[row];
    else if (isFirst) merged[slot] = values[row];
    else if (together === 'greatest') merged[slot] = Math.max(merged[slot], values[row]);
  }
  return together === 'mean' || together === 'sample-mean' ? merged.map((total, slot) => total / shares[slot]) : merged;
}
