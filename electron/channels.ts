import type { DesktopBridge, LabError } from '../main/api.ts';

/** What crosses between the page's preload script and the shell: the functions of the bridge, by name. */

/** Answered with a value or an error. */
export type Asked = 'saveFile' | 'openFile' | 'pickPath' | 'showFolder' | 'restartLab';
/** Sent without an answer. */
export type Told = 'setProgress' | 'notify' | 'setCommands' | 'requestPort';

export type Payload<Name extends Asked | Told> = Parameters<DesktopBridge[Name]>;
export type Value<Name extends Asked> = Awaited<ReturnType<DesktopBridge[Name]>>;

/** Errors travel as values: what an invoked handler throws would lose its code on the way. */
export type Answer<Name extends Asked> = { readonly value: Value<Name> } | { readonly error: LabError };

export function channelOf(name: Asked | Told): string {
  return `sluice:${name}`;
}

/** From the shell to the page: the id of a command chosen from the menu. */
export const commandChannel = 'sluice:command';
/** From the shell to the page: a nonce and, transferred, the port to the lab asked for with it. */
export const portChannel = 'sluice:port';
