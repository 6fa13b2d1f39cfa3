/** Does pieces of work one after the other, in the order they are given. */
export function oneAfterTheOther(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

/** Works on several items at once, as many as `most`, and gives the results in the order of the items. */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  most: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const underway: Promise<Result>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It may fail before its turn comes, which is when its error is thrown.
    result.catch(() => undefined);
    underway.push(result);
    if (underway.length >= most) yield await underway.shift()!;
  }
  for (const result of underway) yield await result;
}
