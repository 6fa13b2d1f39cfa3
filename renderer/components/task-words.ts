import type { LongTask } from '../../main/api.ts';
import { formatBytes, formatCount } from '../../main/charts/formats.ts';

const steps = {
  download: 'Downloading',
  unpack: 'Unpacking',
  import: 'Importing',
  build: 'Building',
  try: 'Trying',
  write: 'Writing',
  check: 'Checking',
  pack: 'Packing',
  send: 'Sending',
  time: 'Timing the layers of',
} as const;

/** What a task is doing: `Downloading cifar-10.tar.gz, 61.0 MB of 170 MB`. */
export function taskText({ progress }: Pick<LongTask<string>, 'progress'>): string {
  if (!progress) return 'Starting';
  const { step, item, done, total, unit } = progress;
  if (done === 0 && total === null) return `${steps[step]} ${item}`;
  const figure = unit === 'bytes' ? formatBytes : formatCount;
  const amount = total === null ? figure(done) : `${figure(done)} of ${figure(total)}`;
  return `${steps[step]} ${item}, ${amount}${unit === 'bytes' ? '' : ` ${unit}`}`;
}

/** How much of the step is done, null while its end is not known. */
export function taskShare({ progress }: Pick<LongTask<string>, 'progress'>): number | null {
  return progress?.total ? progress.done / progress.total : null;
}
