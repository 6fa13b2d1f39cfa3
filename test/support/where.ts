import { describe, it } from 'vitest';
import { skippedTitle, type Reason } from './reasons.ts';

type Body = () => void | Promise<void>;
type Rest = [body: Body] | [options: { readonly timeout?: number }, body: Body];

interface Where {
  readonly describe: (title: string, ...rest: Rest) => void;
  readonly it: (title: string, ...rest: Rest) => void;
}

/** `describe` and `it` for what not every machine has: where it lacks, they are skipped, and their titles say why. */
export function where(isHere: boolean, otherwise: Reason): Where {
  const titled = (title: string): string => (isHere ? title : skippedTitle(title, otherwise));
  const split = (rest: Rest): [options: { timeout?: number }, body: Body] => (rest.length === 2 ? rest : [{}, rest[0]]);
  return {
    describe: (title, ...rest) => {
      const [options, body] = split(rest);
      describe.skipIf(!isHere)(titled(title), options, body);
    },
    it: (title, ...rest) => {
      const [options, body] = split(rest);
      it.skipIf(!isHere)(titled(title), options, body);
    },
  };
}

/** What needs signals, modes of files or links. */
export const onUnix = where(process.platform !== 'win32', 'Windows');
