import { describe, expect, it } from 'vitest';
import {
  decodeControl,
  encodeControl,
  maxControlBytes,
  type ControlType,
} from '../../../../main/offload/protocol/control.ts';
import { headerBytes, readHeader, setSequence } from '../../../../main/offload/protocol/header.ts';
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
      setSequence(bytes, 0x01020304);
      expect([...bytes.subarray(4, 8)]).toEqual([4, 3, 2, 1]);
      expect(readHeader(bytes)).toEqual({ type, sequence: 0x01020304 });
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

  it('names the sets a server has, and the pair of one that a session for inference is for', () => {
    const sha256 = 'a'.repeat(64);
    const welcome = { software: 'test', engine: 'cpu', models: [], codecs: [], limits };
    const serving = { ...welcome, sets: [{ sha256, name: 'cifar10-vgg11', budgets: [null, 4] }] };
    expect(decodeControl('welcome', encodeControl('welcome', serving))).toEqual(serving);
    const session = sessionRequest({
      purpose: 'infer',
      pair: { set: sha256, budget: 4 },
      cut: { layer: 1, module: { resolution: 1, features: 1, maps: 4 } },
    });
    expect(decodeControl('session', encodeControl('session', session))).toEqual(session);
    for (const [path, change] of [
      ['pair', { purpose: 'train' }],
      ['pair.set', { pair: { set: 'A'.repeat(64), budget: 4 } }],
      ['pair.budget', { pair: { set: sha256, budget: 0 } }],
    ] as const) {
      const wrong = encodeControl('session', { ...session, ...change });
      expect(() => decodeControl('session', wrong)).toThrow(`wrong at ${path}:`);
    }
  });

  it('is as long as 64 KiB, and no longer', () => {
    const filled = (length: number): Uint8Array => {
      const empty = encodeControl('error', { code: '', message: '' });
      const bytes = new Uint8Array(length).fill(0x20);
      bytes.set(empty);
      return bytes;
    };
    expect(decodeControl('error', filled(maxControlBytes))).toEqual({ code: '', message: '' });
    expect(() => decodeControl('error', filled(maxControlBytes + 1))).toThrow(
      expect.objectContaining({ code: 'message-oversized' }),
    );
  });

  it.each([
    ['no JSON', '{"software"', 'is not JSON'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'is not JSON'],
    ['a field too few', '{"software":"test","engine":"cpu","models":[],"codecs":[]}', 'wrong at limits:'],
    ['a field that is wrong', JSON.stringify({ software: 'a'.repeat(101) }), 'wrong at software:'],
    [
      'a field of a field that is wrong',
      JSON.stringify({ software: 'a', engine: 'cpu', models: [], codecs: [], limits: { ...limits, idleSeconds: 0 } }),
      'wrong at limits.idleSeconds:',
    ],
    ['something else', '7', 'wrong at its top:'],
  ])('that is %s is refused', (_, body, words) => {
    const json = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const bytes = Uint8Array.of(...encodeControl('bye', {}).subarray(0, headerBytes), ...json).with(3, 0x02);
    const decode = () => decodeControl('welcome', bytes);
    expect(decode).toThrow(expect.objectContaining({ code: 'message-malformed' }));
    expect(decode).toThrow(words);
  });
});
