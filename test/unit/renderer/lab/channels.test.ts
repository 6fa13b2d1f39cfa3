import { afterEach, describe, expect, it, vi } from 'vitest';
import type { DesktopBridge } from '../../../../main/api.ts';
import { openPortChannel } from '../../../../renderer/lab/port-channel.ts';
import { decodeMessage, encodeMessage, notLetIn, type Pass } from '../../../../main/wire.ts';
import { pagePass } from '../../../../renderer/lab/pass.ts';
import { labAddress, openSocketChannel } from '../../../../renderer/lab/socket-channel.ts';

describe('the socket', () => {
  it('is that of the page’s own host, encrypted as the page is', () => {
    expect(labAddress({ protocol: 'http:', host: '127.0.0.1:8080' })).toBe('ws://127.0.0.1:8080/lab');
    expect(labAddress({ protocol: 'https:', host: 'lab.example' })).toBe('wss://lab.example/lab');
  });
});

describe('the pass of a page', () => {
  function pageAt(href: string) {
    const page = { location: { href }, history: { state: 1, replaceState: vi.fn<History['replaceState']>() } };
    return page as typeof page & Pick<Window, 'location' | 'history'>;
  }

  it('is the code of its link, taken out of the address, then the session it got, over reloads', () => {
    localStorage.clear();
    const page = pageAt('http://127.0.0.1:4460/?token=once#/runs/1');
    const pass = pagePass(page, () => localStorage);
    expect(page.history.replaceState.mock.calls.map(([, , url]) => String(url))).toEqual([
      'http://127.0.0.1:4460/#/runs/1',
    ]);
    expect(pass.present()).toEqual({ code: 'once' });
    // Not let in yet: it is good still.
    expect(pass.present()).toEqual({ code: 'once' });
    pass.keep('session');
    expect(pass.present()).toEqual({ session: 'session' });

    const reloaded = pageAt('http://127.0.0.1:4460/');
    expect(pagePass(reloaded, () => localStorage).present()).toEqual({ session: 'session' });
    expect(reloaded.history.replaceState).not.toHaveBeenCalled();
  });

  it('is kept by the page itself where the browser stores nothing', () => {
    const pass = pagePass(pageAt('http://127.0.0.1:4460/?token=once'), () => {
      throw new DOMException('denied', 'SecurityError');
    });
    pass.keep('session');
    expect(pass.present()).toEqual({ session: 'session' });
  });
});

describe('a socket of the page', () => {
  /** A lab that answers the first message, or closes. */
  function serve(answer: (pass: Pass, socket: FakeSocket) => void): { asked: Pass[] } {
    const asked: Pass[] = [];
    vi.stubGlobal(
      'WebSocket',
      class extends FakeSocket {
        send(bytes: Uint8Array): void {
          const pass = decodeMessage(bytes) as Pass;
          asked.push(pass);
          answer(pass, this);
        }
      },
    );
    return { asked };
  }

  abstract class FakeSocket {
    onopen = (): void => undefined;
    onmessage: (event: { data: ArrayBuffer }) => void = () => undefined;
    onclose: (event: { code: number }) => void = () => undefined;
    constructor() {
      queueMicrotask(() => this.onopen());
    }
    abstract send(bytes: Uint8Array): void;
  }

  const pass = () => ({ present: () => ({ code: 'once' }), keep: vi.fn<(session: string) => void>() });

  afterEach(() => vi.unstubAllGlobals());

  it('shows its pass before anything else and keeps the session it gets', async () => {
    const { asked } = serve((_, socket) =>
      socket.onmessage({ data: encodeMessage({ session: 'mine' }).slice().buffer }),
    );
    const given = pass();
    await openSocketChannel('ws://127.0.0.1:4460/lab', given);
    expect(asked).toEqual([{ code: 'once' }]);
    expect(given.keep).toHaveBeenCalledWith('mine');
  });

  it('says when it is not let in', async () => {
    serve((_, socket) => socket.onclose({ code: notLetIn }));
    await expect(openSocketChannel('ws://127.0.0.1:4460/lab', pass())).rejects.toMatchObject({ code: 'not-let-in' });
    serve((_, socket) => socket.onclose({ code: 1006 }));
    await expect(openSocketChannel('ws://127.0.0.1:4460/lab', pass())).rejects.toThrow('does not answer');
  });
});

describe('the port', () => {
  function answer(
    data: unknown,
    from: Partial<{ source: Window | null; origin: string; ports: MessagePort[] }> = {},
  ): void {
    const { source = window, origin = window.origin, ports = [] } = from;
    const event = Object.assign(new Event('message'), { data, source, origin, ports });
    window.dispatchEvent(event);
  }

  it('is taken from the page itself with the nonce alone', async () => {
    const requestPort = vi.fn<(nonce: string) => void>();
    const opened = openPortChannel({ requestPort } as unknown as DesktopBridge, 500);
    const nonce = requestPort.mock.calls[0][0];
    const [good, evil] = [new MessageChannel(), new MessageChannel()];
    const stranger = [evil.port1];
    answer({ type: 'lab:port', nonce: 'guessed' }, { ports: stranger });
    answer({ type: 'lab:port', nonce }, { source: null, ports: stranger });
    answer({ type: 'lab:port', nonce }, { origin: 'https://evil.example', ports: stranger });
    answer('lab:port', { ports: stranger });
    answer({ type: 'lab:port', nonce }, { ports: [good.port1] });

    const channel = await opened;
    const received = new Promise((resolve) => (good.port2.onmessage = ({ data }) => resolve(data)));
    channel.post({ t: 'q' });
    expect(await received).toEqual({ t: 'q' });
    channel.close();
    for (const port of [good.port2, evil.port1, evil.port2]) port.close();
  });

  it('is not waited for forever', async () => {
    const bridge = { requestPort: () => undefined } as unknown as DesktopBridge;
    await expect(openPortChannel(bridge, 5)).rejects.toThrow('does not answer');
  });
});
