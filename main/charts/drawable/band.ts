import { interpolatedAt } from './numbers.ts';
import type { Series } from '../series.ts';

/** What differs in the seed alone, as one: the mean of its members with the least and the most, place by place. */
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
export function bandsOf(series: readonly Series[]): Band[] {
  const families = new Map<string, Series[]>();
  for (const each of series) families.set(each.family, [...(families.get(each.family) ?? []), each]);
  return [...families].map(([family, members]) => bandOf(family, members));
}

function bandOf(family: string, members: readonly Series[]): Band {
  if (members.length === 1) {
    const [{ id, x, y }] = members;
    return { id, family, members, x, mean: y, least: y, most: y };
  }
  const x = commonPlaces(members);
  const [mean, least, most] = [x.slice(), x.slice(), x.slice()];
  x.forEach((place, i) => {
    const values = members.map((member) => interpolatedAt(member, place));
    mean[i] = values.reduce((sum, value) => sum + value, 0) / values.length;
    least[i] = Math.min(...values);
    most[i] = Math.max(...values);
  });
  return { id: members[0].id, family, members, x, mean, least, most };
}

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
