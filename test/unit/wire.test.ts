import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SluiceError } from '../../main/errors.ts';
import { decodeMessage, encodeMessage, ownMethods, toLabError } from '../../main/wire.ts';

describe('messages', () => {
  it('carry numbers in columns at any offset', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 9 }), fc.array(fc.double()), fc.array(fc.float()), (text, doubles, floats) => {
        const message = { text, doubles: Float64Array.from(doubles), floats: Float32Array.from(floats) };
        expect(decodeMessage(encodeMessage(message))).toStrictEqual(message);
      }),
    );
  });

  it('carry a part of a longer array as that part', () => {
    const part = new Float64Array([1, 2, 3, 4]).subarray(1, 3);
    expect(decodeMessage(encodeMessage(part))).toStrictEqual(new Float64Array([2, 3]));
  });

  it('carry bytes, big numbers and what is no number', () => {
    const message = { png: new Uint8Array([1, 2]), at: 1_790_000_000_123, id: 2n ** 60n, bad: NaN, more: Infinity };
    expect(decodeMessage(encodeMessage(message))).toStrictEqual(message);
  });

  it('leave out properties that are undefined', () => {
    expect(decodeMessage(encodeMessage({ path: undefined, code: 'x' }))).toStrictEqual({ code: 'x' });
  });

  it('are refused when they are none', () => {
    expect(() => decodeMessage(new Uint8Array([0x93, 1]))).toThrow();
  });
});

describe('errors', () => {
  it('keep code and path of those made for the user', () => {
    expect(toLabError(new SluiceError('run-unknown', 'There is no run 7.', { path: 'id' }))).toStrictEqual({
      code: 'run-unknown',
      message: 'There is no run 7.',
      path: 'id',
    });
    expect(toLabError({ code: 'a', message: 'b' })).toStrictEqual({ code: 'a', message: 'b' });
  });

  it('hide the details of all others, those with a code of Node too', () => {
    const error = Object.assign(new Error('/home/ada/secret'), { code: 'ENOENT' });
    expect(toLabError(error).code).toBe('internal');
    expect(toLabError(error).message).not.toContain('secret');
  });
});

describe('methods', () => {
  const seen: string[] = [];
  const table = {
    greet: (name: string): string => `hello ${name}`,
    fail: (): never => {
      throw new SluiceError('nope', 'No.');
    },
  };
  const find = ownMethods(table, (method) => seen.push(method));

  it('are the own ones alone', async () => {
    for (const name of ['toString', 'constructor', '__proto__', 'hasOwnProperty', 'missing']) {
      expect(find(name)).toBeUndefined();
    }
    expect(await find('greet')?.('Ada')).toBe('hello Ada');
  });

  it('fail with a plain error', async () => {
    await expect(find('fail')?.()).rejects.toStrictEqual({ code: 'nope', message: 'No.' });
    expect(seen).toEqual(['fail']);
  });
});
