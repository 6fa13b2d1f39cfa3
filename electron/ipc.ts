import type { IpcMain } from 'electron';
import { z } from 'zod';
import { SluiceError } from '../main/errors.ts';
import { toLabError } from '../main/wire.ts';
import { channelOf, type Answer, type Asked, type Payload, type Told, type Value } from './channels.ts';
import type { Sent } from './origin.ts';

const line = z.string().max(1_000);
const path = z.string().min(1).max(4_096);

/** What each message may carry. The page is the app's own, and is not believed all the same. */
const payloads: { readonly [Name in Asked | Told]: z.ZodType<Payload<Name>> } = {
  saveFile: z.tuple([z.string().min(1).max(255), line, z.instanceof(Uint8Array)]),
  openFile: z.tuple([
    z.array(z.object({ name: line, extensions: z.array(z.string().regex(/^(\*|[\w.-]{1,20})$/)).max(20) })).max(10),
  ]),
  pickPath: z.tuple([z.enum(['folder', 'file'])]),
  showFolder: z.tuple([path]),
  restartLab: z.tuple([]),
  setProgress: z.tuple([z.number().min(0).max(1).nullable()]),
  notify: z.tuple([line, line]),
  setCommands: z.tuple([
    z
      .array(
        z.object({
          id: z.string().min(1).max(100),
          label: z.string().min(1).max(200),
          menu: z.string().min(1).max(50),
          shortcut: z.string().max(50).nullable(),
          enabled: z.boolean(),
        }),
      )
      .max(300),
  ]),
  requestPort: z.tuple([z.string().min(8).max(128)]),
};

/** What the shell does for the page. */
export type Actions = {
  readonly [Name in Asked]: (...payload: Payload<Name>) => Promise<Value<Name>>;
} & { readonly [Name in Told]: (...payload: Payload<Name>) => void };

const asked: readonly Asked[] = ['saveFile', 'openFile', 'pickPath', 'showFolder', 'restartLab'];
const told: readonly Told[] = ['setProgress', 'notify', 'setCommands', 'requestPort'];

/** Answers the messages of the page that is trusted; those of any other sender, or malformed, do nothing. */
export function listen(
  ipc: Pick<IpcMain, 'handle' | 'on'>,
  isTrusted: (event: Sent) => boolean,
  actions: Actions,
  complain: (text: string) => void = console.warn,
): void {
  for (const name of asked) {
    ipc.handle(channelOf(name), (event, ...payload: unknown[]) => answerTo(name, event, payload));
  }
  for (const name of told) {
    ipc.on(channelOf(name), (event, ...payload: unknown[]) => {
      const read = accepted(name, event, payload);
      if (read) perform(name, read);
    });
  }

  async function answerTo<Name extends Asked>(name: Name, event: Sent, payload: unknown[]): Promise<Answer<Name>> {
    const read = accepted(name, event, payload);
    if (!read) return { error: toLabError(new SluiceError('refused', `The desktop app refused "${name}".`)) };
    try {
      return { value: (await perform(name, read)) as Value<Name> };
    } catch (error) {
      if (!(error instanceof SluiceError)) complain(`${name}: ${String(error)}`);
      return { error: toLabError(error) };
    }
  }

  function accepted<Name extends Asked | Told>(name: Name, event: Sent, payload: unknown[]): Payload<Name> | undefined {
    if (!isTrusted(event)) {
      complain(`${name}: refused, its sender is not the window's page.`);
      return undefined;
    }
    const { data, error } = payloads[name].safeParse(payload);
    if (error) complain(`${name}: refused, ${z.prettifyError(error)}`);
    return data;
  }

  function perform<Name extends Asked | Told>(name: Name, payload: Payload<Name>): unknown {
    return Reflect.apply(actions[name], undefined, payload);
  }
}
