import { expect, it } from 'vitest';
import type { LabEvents } from '../../../main/api.ts';
import type { Lab } from '../../../main/lab/lab.ts';
import { serveWindow } from '../../../main/lab/window/serve-window.ts';
import { createEvents } from '../../../renderer/lab/events.ts';

/** As birpc puts it: what has an `i` waits for an answer. */
interface Posted {
  readonly m: string;
  readonly i?: string;
}

it('a window is told everything without being waited for: one that closes takes nothing with it', () => {
  const posted: Posted[] = [];
  let events: Partial<Record<string, () => void>> = {};
  const lab: Pick<Lab, 'connect'> = {
    connect: (window) => {
      events = window.events as unknown as typeof events;
      return { api: {} as ReturnType<Lab['connect']>['api'], leave: () => undefined };
    },
  };
  serveWindow(lab as Lab, {
    kind: 'browser',
    post: (message) => posted.push(message as Posted),
    onMessage: () => undefined,
    onClose: () => undefined,
    busy: () => false,
    close: () => undefined,
  });
  const names = Object.keys(createEvents().table) as (keyof LabEvents)[];
  for (const name of names) events[name]?.();
  expect(posted.map(({ m, i }) => [m, i])).toEqual(names.map((name) => [name, undefined]));
});
