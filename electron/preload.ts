import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { DesktopBridge } from '../main/api.ts';
import {
  channelOf,
  commandChannel,
  portChannel,
  type Answer,
  type Asked,
  type Payload,
  type Told,
  type Value,
} from './channels.ts';

async function ask<Name extends Asked>(name: Name, ...payload: Payload<Name>): Promise<Value<Name>> {
  const answer = (await ipcRenderer.invoke(channelOf(name), ...payload)) as Answer<Name>;
  if ('value' in answer) return answer.value;
  // Plain, as errors of the lab are: of an Error only its message would get through to the page.
  const error = answer.error as object as Error;
  return Promise.reject(error);
}

function tell<Name extends Told>(name: Name, ...payload: Payload<Name>): void {
  ipcRenderer.send(channelOf(name), ...payload);
}

const bridge: DesktopBridge = {
  saveFile: (name, type, data) => ask('saveFile', name, type, data),
  openFile: (filters) => ask('openFile', filters),
  pickPath: (kind) => ask('pickPath', kind),
  showFolder: (path) => ask('showFolder', path),
  restartLab: () => ask('restartLab'),
  setProgress: (share) => tell('setProgress', share),
  notify: (title, text) => tell('notify', title, text),
  setCommands: (commands) => tell('setCommands', commands),
  requestPort: (nonce) => tell('requestPort', nonce),
  onCommand: (listener) => {
    const listen = (_event: IpcRendererEvent, id: string): void => listener(id);
    ipcRenderer.on(commandChannel, listen);
    return () => void ipcRenderer.off(commandChannel, listen);
  },
};

// Ports cannot cross the context bridge; the page gets them as a message of its own window.
ipcRenderer.on(portChannel, (event, nonce: string) => {
  window.postMessage({ type: 'lab:port', nonce }, location.origin, event.ports);
});

contextBridge.exposeInMainWorld('sluice', bridge);
