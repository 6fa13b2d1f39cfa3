/** Waiting, the same in Node and in browsers. */

/** Resolves after so many milliseconds; rejects with the signal's reason once it is aborted. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave);
      resolve();
    }, ms);
    if (signal?.aborted) leave();
    else signal?.addEventListener('abort', leave, { once: true });
  });
}

/** Lets what else is waiting have its turn: messages, timers, sockets. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') {
      setImmediate(resolve);
      return;
    }
    // A timer of a browser waits for milliseconds when it is asked again and again.
    const { port1, port2 } = new MessageChannel();
    Object.assign(port1, {
      onmessage() {
        port1.close();
        resolve();
      },
    });
    port2.postMessage(null);
  });
}
