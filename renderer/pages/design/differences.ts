import { hasFields } from '../../../main/fields.ts';
import { same } from './sparse.ts';

/** A field in which an experiment differs from the one it was made from; undefined where one does not have it. */
export interface Difference {
  readonly path: string;
  readonly before: unknown;
  readonly now: unknown;
}

/** Lists of phases or seeds count as one field, as does a link and a module that is on one side only. */
export function differences(before: object, now: object): Difference[] {
  return compare('', before, now);
}

function compare(path: string, before: unknown, now: unknown): Difference[] {
  if (!hasFields(before) || !hasFields(now) || path === 'link') return same(before, now) ? [] : [{ path, before, now }];
  const keys = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...keys].flatMap((key) => compare(path === '' ? key : `${path}.${key}`, before[key], now[key]));
}
