import { join } from 'node:path';
import {
  app,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  MessageChannelMain,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  session,
  shell,
  type BrowserWindow,
  type MessageBoxOptions,
} from 'electron';
import type { MenuCommand } from '../main/api.ts';
import { keepAwake } from './awake.ts';
import { commandChannel, portChannel } from './channels.ts';
import { openFile, pickPath, saveFile } from './files.ts';
import { forkHost, hostLog } from './host-process.ts';
import { keepHost, type Host } from './host.ts';
import { listen, type Actions } from './ipc.ts';
import { connectLab, stopRuns, type ShellLab } from './lab.ts';
import { lockContents, lockSession } from './locks.ts';
import { menuTemplate } from './menu.ts';
import { hostGone, notStopped, quitQuestion, windowGone } from './messages.ts';
import { isTrusted, ownOrigin, scheme } from './origin.ts';
import { servePage } from './pages.ts';
import { places } from './places.ts';
import { guardQuit } from './quitting.ts';
import { smoke } from './smoke.ts';
import { openWindow, raise } from './window.ts';

/** The desktop app: one window on the lab, whose host and runs are processes of their own. */

const developmentUrl = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
const origin = developmentUrl === undefined ? ownOrigin : new URL(developmentUrl);
const address = developmentUrl ?? `${ownOrigin.protocol}//${ownOrigin.host}/`;

// A home of one's own is an app of its own: its window, its place on the screen, its single instance.
if (process.env['SLUICE_HOME']) app.setPath('userData', join(places.home, 'window'));

// Windows shows notifications of apps whose id it knows: the one their shortcut was installed with. Others ignore it.
app.setAppUserModelId('io.github.sluice.lab');
app.enableSandbox();
crashReporter.start({ uploadToServer: false });
protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } }]);

if (app.requestSingleInstanceLock()) void app.whenReady().then(open);
else app.quit();

function open(): void {
  protocol.handle(scheme, (request) => servePage(places.renderer, request));
  lockSession(session.defaultSession, origin);
  const window = openWindow({
    placement: join(app.getPath('userData'), 'placement.json'),
    preload: places.preload,
    icon: places.icon,
  });
  lockContents(window.webContents, origin, (url) => void shell.openExternal(url));

  const stayAwake = keepAwake(powerSaveBlocker);
  let lab: ShellLab | undefined;
  const host = keepHost({
    fork: forkHost,
    onStart: (started) => {
      lab = connectLab(portTo(started), () => {
        stayAwake(lab?.active().some(({ status }) => status === 'running') ?? false);
      });
    },
    onGiveUp: (code) => void ask(window, hostGone(code, hostLog), [() => void host.restart(), () => app.quit()]),
  });

  listen(ipcMain, (event) => isTrusted(event, window.webContents.id, origin), actionsFor(window, host));
  showMenu(window, []);
  followCrashes(window);
  quitWith(window, host, () => lab);
  app.on('second-instance', () => raise(window));
  void window.loadURL(address);
  if (process.argv.includes('--smoke')) void report(window, () => lab);
}

function portTo(host: Host): Electron.MessagePortMain {
  const { port1, port2 } = new MessageChannelMain();
  host.attach(port1);
  return port2;
}

function actionsFor(window: BrowserWindow, host: Host): Actions {
  return {
    saveFile: (name, _type, data) => saveFile(dialog, window, { name, data, folder: app.getPath('documents') }),
    openFile: (filters) => openFile(dialog, window, filters),
    pickPath: (kind) => pickPath(dialog, window, kind),
    // Shown in its folder, not opened: opening could run a program.
    showFolder: (path) => {
      shell.showItemInFolder(path);
      return Promise.resolve();
    },
    restartLab: () => host.restart(),
    setProgress: (share) => window.setProgressBar(share ?? -1),
    notify: (title, text) => notify(window, title, text),
    setCommands: (commands) => showMenu(window, commands),
    requestPort: (nonce) => window.webContents.postMessage(portChannel, nonce, [portTo(host)]),
  };
}

function notify(window: BrowserWindow, title: string, body: string): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body, icon: places.icon });
  notification.on('click', () => raise(window));
  notification.show();
}

function showMenu(window: BrowserWindow, commands: readonly MenuCommand[]): void {
  const template = menuTemplate(commands, {
    mac: process.platform === 'darwin',
    developer: !app.isPackaged,
    perform: (id) => window.webContents.send(commandChannel, id),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}

function followCrashes(window: BrowserWindow): void {
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') void ask(window, windowGone(reason), [() => window.reload(), () => app.quit()]);
  });
  app.on('child-process-gone', (_event, { type, name, reason, exitCode }) => {
    console.warn(`A process of the app ended: ${name ?? type}, ${reason}, exit code ${exitCode}.`);
  });
}

function quitWith(window: BrowserWindow, host: Host, lab: () => ShellLab | undefined): void {
  const guard = guardQuit({
    active: () => lab()?.active().length ?? 0,
    ask: async (active) => {
      const names =
        lab()
          ?.active()
          .map(({ name }) => name) ?? [];
      const { response } = await dialog.showMessageBox(window, quitQuestion(active, names));
      return response === 0 ? 'stop' : response === 1 ? 'leave' : 'cancel';
    },
    stopRuns: async () => {
      const connected = lab();
      if (!connected) return false;
      window.setProgressBar(2);
      const stopped = await stopRuns(connected);
      window.setProgressBar(-1);
      return stopped;
    },
    askAgain: async () => (await dialog.showMessageBox(window, notStopped)).response === 0,
    stopHost: () => host.stop(),
    quit: () => app.quit(),
  });
  window.on('close', guard);
  app.on('before-quit', guard);
  app.on('window-all-closed', () => app.quit());
  // The system ends all processes: no time for questions, and runs can be resumed.
  powerMonitor.on('shutdown', () => app.exit());
  window.on('session-end', () => app.exit());
}

/** Shows a message box and does what belongs to the button that was pressed. */
async function ask(window: BrowserWindow, message: MessageBoxOptions, answers: (() => void)[]): Promise<void> {
  const { response } = await dialog.showMessageBox(window, message);
  answers[response]?.();
}

async function report(window: BrowserWindow, lab: () => ShellLab | undefined): Promise<void> {
  try {
    while (!lab()) await new Promise((resolve) => setTimeout(resolve, 50));
    console.log(JSON.stringify(await smoke(window, lab()!)));
    app.exit(0);
  } catch (error) {
    console.error(`The smoke test failed: ${String(error)}`);
    app.exit(1);
  }
}
