import { describe, expect, it, vi } from 'vitest';
import type { DesktopBridge } from '../../../../main/api.ts';
import { openPortChannel } from '../../../../renderer/lab/port-channel.ts';
import { labAddress } from '../../../../renderer/lab/socket-channel.ts';

describe('the socket', () => {
  it('is that of the page’s own host, encrypted as the page is', () => {
    expect(labAddress({ protocol: 'http:', host: '127.0.0.1:8080' })).toBe('ws://127.0.0.1:8080/lab');
    expect(labAddress({ protocol: 'https:', host: 'lab.example' })).toBe('wss://lab.example/lab');
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
