import { SluiceError } from '../../main/errors.ts';
import { greet, inTime, type Dial } from '../../main/offload/client/greeting.ts';
import { connectionOverBrowser, type BrowserSocket } from '../../main/offload/transport/browser.ts';

/** Connects from a browser. Its pages cannot tell why a server is not reached: only that it is not. */
export const dialFromBrowser: Dial = async (address, software) => {
  const socket = new WebSocket(address.url);
  const opened = new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('close', () => reject(unreachable(address.name ?? address.url)));
  });
  try {
    await inTime(opened, address);
  } catch (error) {
    socket.close();
    throw error;
  }
  return greet(connectionOverBrowser(socket as unknown as BrowserSocket), address, software);
};

function unreachable(url: string): SluiceError {
  return new SluiceError(
    'server-unreachable',
    `The server at ${url} cannot be reached. Check that it runs, and that this device is in its network.`,
  );
}
