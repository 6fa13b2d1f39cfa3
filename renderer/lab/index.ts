import { inject, onScopeDispose, type InjectionKey } from 'vue';
import type { LabEvents } from '../../main/api.ts';
import { createLab, type Lab } from './lab.ts';
import { pagePass } from './pass.ts';
import { openPortChannel } from './port-channel.ts';
import { labAddress, openSocketChannel } from './socket-channel.ts';

export type { Lab } from './lab.ts';
export { LabFailure, failureOf } from './failure.ts';

export const labKey: InjectionKey<Lab> = Symbol('lab');

/** The lab of this window: over a port of the desktop app, or else over a socket of the page's own host. */
export function connectLab(): Lab {
  const bridge = window.sluice;
  if (bridge) return createLab(() => openPortChannel(bridge));
  const pass = pagePass(window, () => localStorage);
  return createLab(() => openSocketChannel(labAddress(location), pass));
}

/** The lab, in any component or store. */
export function useLab(): Lab {
  const lab = inject(labKey);
  if (!lab) throw new Error('No lab was provided.');
  return lab;
}

/** Listens to an event of the lab for as long as the component lives. */
export function useLabEvent<E extends keyof LabEvents>(event: E, listener: LabEvents[E]): void {
  onScopeDispose(useLab().on(event, listener));
}

/** Fetches now and whenever the lab has come back, for as long as the component lives. */
export function useLabReady(listener: () => void): void {
  onScopeDispose(useLab().onReady(listener));
}
