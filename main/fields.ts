export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields, as opposed to a list, null or a bare value. */
export function hasFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `over` laid on `base`, field by field all the way down; a list or a bare value replaces what was there. */
export function merge<T extends object>(base: T, over: object): T {
  const below = base as Fields;
  const laid = Object.entries(over as Fields).map(([key, value]) => {
    const under = below[key];
    return [key, hasFields(under) && hasFields(value) ? merge(under, value) : value] as const;
  });
  return { ...base, ...Object.fromEntries(laid) };
}
