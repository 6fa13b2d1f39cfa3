import { setTimeout as sleep } from 'node:timers/promises';
import { remoteOffloader } from '../../main/processes/source/remote.ts';
import { connectOffload } from '../../main/offload/client/client.ts';
import type { ServerAddress } from '../../main/offload/client/dial.ts';
import { openCodecs } from '../../main/offload/codecs/session-codecs.ts';
import { codecsFor, scheduled, type CodecSettings } from '../../main/training/controller.ts';
import type { Step } from './testbed-case.ts';
import { vggSession, vggStep } from './vgg-cut.ts';

/** A device to stand in for: how long it computes at a step, and what it sends then. */
export interface SourceTask {
  readonly server: ServerAddress;
  readonly run: string;
  readonly source: number;
  readonly sources: number;
  readonly steps: number;
  readonly batch: number;
  readonly budget: number | null;
  readonly codecs: CodecSettings;
  readonly clientSeconds: number;
}

/** The process of a data source that takes its recorded time instead of computing; all else is a real one's. */
async function perform(task: SourceTask): Promise<Step[]> {
  const { server, run, source, sources, batch, clientSeconds } = task;
  const announced = scheduled(task.codecs).codecs;
  const client = await connectOffload({
    server,
    software: 'bench',
    session: vggSession({ run, index: source, count: sources, serverHalf: 'shared' }, announced),
  });
  const nothing = (): Promise<never> => Promise.reject(new Error('not part of this'));
  const none = {
    codecs: openCodecs(announced, 1),
    wantsGradient: true,
    enter: nothing,
    meet: nothing,
    checkpointName: () => '',
  };
  const offloader = remoteOffloader(client, none);
  const request = vggStep(batch, task.budget);
  const codecs = codecsFor(task.budget, task.codecs);
  const steps: Step[] = [];
  for (let step = 0; step < task.steps; step++) {
    const start = performance.now();
    await sleep(1000 * clientSeconds);
    const computed = performance.now();
    const { wireUp, wireDown, wireSeconds, serverSeconds, waitSeconds } = await offloader.step(
      { ...request, step },
      codecs,
    );
    const times = { clientSeconds: (computed - start) / 1000, wireSeconds, serverSeconds, waitSeconds };
    steps.push({ source, step, samples: batch, wireUp, wireDown, ...times });
  }
  await client.close({ done: true });
  return steps;
}

process.on('message', (task: SourceTask) => {
  void perform(task).then((steps) => process.send?.(steps, () => process.disconnect()));
});
process.on('disconnect', () => process.exit());
