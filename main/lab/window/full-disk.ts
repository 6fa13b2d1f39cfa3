import type { LabApi } from '../../api.ts';
import { fullDisk, isDiskFull } from '../../disk.ts';
import { SluiceError } from '../../errors.ts';
import type { Procedures } from '../lab-state.ts';

/** The same procedures; one that fails because the disk of the lab's folder is full throws what `explained` makes of it. */
export function explainFullDisk(api: Procedures<keyof LabApi>, home: string): Procedures<keyof LabApi> {
  const wrapped = Object.entries(api).map(([name, procedure]) => [
    name,
    async (...given: unknown[]): Promise<unknown> => {
      try {
        return (await Reflect.apply(procedure, undefined, given)) as unknown;
      } catch (error) {
        throw explained(error, home);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as Procedures<keyof LabApi>;
}

/** An error that is due to a full disk as `disk-full`, which says so; any other as it is. */
export function explained(error: unknown, home: string): unknown {
  return isDiskFull(error) ? new SluiceError('disk-full', fullDisk(home), { cause: error }) : error;
}
