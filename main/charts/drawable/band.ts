import { interpolatedAt } from './numbers.ts';
import type { BandKind } from '../spec.ts';
import type { Series } from '../series.ts';

/** What differs in the seed alone, as one: the mean of its members and what they span around it, place by place. */
export interface Band {
  readonly id: string;
  readonly family: string;
  readonly members: readonly Series[];
  readonly x: Float64Array;
  readonly mean: Float64Array;
  readonly least: Float64Array;
  readonly most: Float64Array;
}

const mostPlaces = 1000;

/**
 * The series of every family as a band, in the order of their first members. It covers the places that all members
 * reach, interpolating between their points; a family of one is its own mean.
 */
export function bandsOf(series: readonly Series[], kind: BandKind = 'range'): Band[] {
  const families = new Map<string, Series[]>();
  for (const each of series) families.set(each.family, [...(families.get(each.family) ?? []), each]);
  return [...families].map(([family, members]) => bandOf(family, members, kind));
}

function bandOf(family: string, members: readonly Series[], kind: BandKind): Band {
  if (members.length === 1) {
    const [{ id, x, y }] = members;
    return { id, family, members, x, mean: y, least: y, most: y };
  }
  const x = commonPlaces(members);
  const [mean, least, most] = [x.slice(), x.slice(), x.slice()];
  x.forEach((place, i) => {
    const values = members.map((member) => interpolatedAt(member, place));
    mean[i] = values.reduce((sum, value) => sum + value, 0) / values.length;
    const by = kind === 'range' ? null : halfWidth(values, kind);
    least[i] = by === null ? Math.min(...values) : mean[i] - by;
    most[i] = by === null ? Math.max(...values) : mean[i] + by;
  });
  return { id: members[0].id, family, members, x, mean, least, most };
}

/** Standard deviation of a sample, standard error of its mean, or half its 95 % confidence interval (Student's t). */
function halfWidth(values: readonly number[], kind: Exclude<BandKind, 'range'>): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const freedom = values.length - 1;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / freedom);
  if (kind === 'sd') return deviation;
  const error = deviation / Math.sqrt(values.length);
  return kind === 'se' ? error : error * (t975[freedom - 1] ?? 1.96);
}

/** The 97.5 % quantiles of Student's t for 1, 2, 3 … degrees of freedom; beyond, the normal one is near enough. */
const t975 = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

/** All places of the members within the range they share; where these are many, some evenly spread. */
function commonPlaces(members: readonly Series[]): Float64Array {
  const drawn = members.filter(({ x }) => x.length > 0);
  if (drawn.length < members.length) return new Float64Array(0);
  if (drawn.length === 1) return drawn[0].x;
  const from = Math.max(...drawn.map(({ x }) => x[0]));
  const to = Math.min(...drawn.map(({ x }) => x[x.length - 1]));
  const places = new Set(drawn.flatMap(({ x }) => (x.length <= mostPlaces ? [...x] : spread(x[0], x[x.length - 1]))));
  return Float64Array.from([...places].filter((place) => place >= from && place <= to)).sort();
}

function spread(from: number, to: number): number[] {
  return Array.from({ length: mostPlaces }, (_, i) => from + ((to - from) * i) / (mostPlaces - 1));
}
