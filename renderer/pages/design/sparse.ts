import { hasFields } from '../../../main/fields.ts';

/** Values at dotted paths of a draft that says only what its user has set. Nothing is changed in place. */

/** What stands at a path such as `split.module.resolution` or `phases.0.budget`; undefined where nothing does. */
export function valueAt(from: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (Array.isArray(value)) return (value as readonly unknown[])[Number(key)];
    return hasFields(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }, from);
}

/** A copy with the value at a path; parts that were not there come into being, null gives way. */
export function withValue<T extends object>(draft: T, path: string, value: unknown): T {
  return put(draft, path.split('.'), value) as T;
}

function put(into: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(into)) {
    const list: readonly unknown[] = into;
    return list.map((item, i) => (i === Number(key) ? put(item, rest, value) : item));
  }
  const fields = hasFields(into) ? into : {};
  return { ...fields, [key]: put(fields[key], rest, value) };
}

/** A copy without the value at a path, and without parts that are empty then: the defaults hold there again. */
export function withoutValue<T extends object>(draft: T, path: string): T {
  return (remove(draft, path.split('.')) ?? {}) as T;
}

function remove(from: unknown, [key, ...rest]: readonly string[]): unknown {
  if (!hasFields(from)) return from;
  const { [key]: inner, ...others } = from;
  const left = rest.length === 0 ? undefined : remove(inner, rest);
  const kept = left === undefined ? others : { ...others, [key]: left };
  return Object.keys(kept).length === 0 ? undefined : kept;
}

/** What `whole` says beyond `defaults`; laid over these it gives `whole` again. */
export function sparse<T extends object>(whole: T, defaults: object): Partial<T> {
  return difference(whole, defaults) ?? {};
}

function difference(value: unknown, normal: unknown): unknown {
  if (!hasFields(value) || !hasFields(normal)) return same(value, normal) ? undefined : value;
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const left = difference(inner, normal[key]);
    return left === undefined ? [] : [[key, left] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** Whether two values of plain data are alike, whatever the order of their fields. */
export function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    const other: readonly unknown[] = b;
    return a.length === other.length && a.every((item, i) => same(item, other[i]));
  }
  if (hasFields(a) && hasFields(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].every((key) => same(a[key], b[key]));
  }
  return a === b;
}
