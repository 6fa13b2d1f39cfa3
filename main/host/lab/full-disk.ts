import type { LabApi } from '../../api.ts';
import { SluiceError } from '../../errors.ts';
import { fullDisk, isDiskFull } from '../../runs/disk.ts';
import type { Procedures } from './lab-state.ts';

/** The same procedures; one that fails because the disk of the lab's folder is full throws `disk-full`, which says so. */
export function explainFullDisk(api: Procedures<keyof LabApi>, home: string): Procedures<keyof LabApi> {
  const explained = Object.entries(api).map(([name, procedure]) => [
    name,
    async (...given: unknown[]): Promise<unknown> => {
      try {
        return (await Reflect.apply(procedure, undefined, given)) as unknown;
      } catch (error) {
        throw isDiskFull(error) ? new SluiceError('disk-full', fullDisk(home), { cause: error }) : error;
      }
    },
  ]);
  return Object.fromEntries(explained) as Procedures<keyof LabApi>;
}
