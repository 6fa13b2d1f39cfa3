import { serverHere, type ServerRequest } from '../../runs/life/train-experiment.ts';
import type { Offloader } from '../../training/offloader.ts';
import type { OpenedHalf, SourceTask } from './messages.ts';
import type { RemoteOptions } from './remote.ts';
import type { Supervisor } from './supervised.ts';

/** Where a source in a session with a server half waits for its run. */
export function turnsOf(supervisor: Supervisor, opened: OpenedHalf): Pick<RemoteOptions, 'enter' | 'meet'> {
  let entered = false;
  return {
    async enter() {
      if (entered) return;
      entered = true;
      supervisor.tell({ kind: 'open', ...opened });
      await supervisor.hear('enter');
    },
    async meet(final) {
      supervisor.tell({ kind: 'arrived', final });
      return supervisor.hear('met');
    },
  };
}

/** A server half in the process of its only source, which sees to it at every checkpoint. */
export function connectHere(
  { experiment, seed }: SourceTask,
  request: ServerRequest,
  supervisor: Supervisor,
): Offloader {
  const half = serverHere(experiment, seed, request);
  const { enter, meet } = turnsOf(supervisor, { engine: null });
  return {
    ...half,
    async phase(start) {
      await enter();
      await half.phase(start);
    },
    async checkpoint(final) {
      await meet(final);
      return half.checkpoint(final);
    },
  };
}
