import { describe, expect, it } from 'vitest';
import { decodeControl, encodeControl, type ControlType } from '../../../../main/offload/protocol/control.ts';
import { setSequence } from '../../../../main/offload/protocol/header.ts';
import { sessionRequest } from '../fake-half.ts';

const limits = { messageBytes: 65536, idleSeconds: 1, inFlight: 1 };

describe('a JSON message', () => {
  it.each([
    encodeControl('hello', { software: 'test', token: 'secret' }),
    encodeControl('welcome', { software: 'test', engine: 'cpu', models: [], codecs: [], limits }),
    encodeControl('session', sessionRequest()),
    encodeControl('ready', { resumed: false, sequence: 0 }),
    encodeControl('bye', {}),
  ])('around the requests has the number 0', (bytes) => {
    const type = (['hello', 'welcome', 'session', 'ready', 'bye'] as const)[[1, 2, 3, 4, 14].indexOf(bytes[3])];
    decodeControl(type, bytes);
    setSequence(bytes, 1);
    expect(() => decodeControl(type, bytes)).toThrow(expect.objectContaining({ code: 'message-malformed' }));
  });

  it('that is a request, an answer or an error has whatever number it has', () => {
    const messages: [ControlType, Uint8Array][] = [
      ['reset', encodeControl('reset', {})],
      ['done', encodeControl('done', {})],
      ['error', encodeControl('error', { code: 'diverged', message: 'It has.' })],
    ];
    for (const [type, bytes] of messages) {
      setSequence(bytes, 7);
      decodeControl(type, bytes);
    }
  });

  it('names a source that there is', () => {
    const source = { run: 'run-of-two-sources', index: 1, count: 2, serverHalf: 'own' } as const;
    decodeControl('session', encodeControl('session', sessionRequest({ source })));
    const beyond = encodeControl('session', sessionRequest({ source: { ...source, index: 2 } }));
    expect(() => decodeControl('session', beyond)).toThrow(
      expect.objectContaining({
        code: 'message-malformed',
        message: expect.stringContaining('source.index') as string,
      }),
    );
  });
});
