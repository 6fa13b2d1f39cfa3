import { describe, expect, it } from 'vitest';
import { openCodecs } from '../../../../main/offload/codecs/session-codecs.ts';
import { codecChoice } from '../../../../main/offload/codecs/table.ts';

const choices = ['float32', 'int8', 'float16+deflate'].map((name) => codecChoice(name));
const layout = { shape: [2, 1, 1, 2], kept: null } as const;
const values = Float32Array.of(1, -2, 3, 4);

describe('the codecs of a session', () => {
  const codecs = openCodecs(choices, 1);

  it('have places in the order in which they were announced, the same in both directions', () => {
    expect(choices.map((choice) => codecs.indexOf(choice))).toEqual([0, 1, 2]);
    expect(() => codecs.indexOf(codecChoice('float16'))).toThrow('does not announce the codec float16');
    for (const direction of ['up', 'down'] as const) {
      for (const open of [codecs.at, codecs.fresh]) {
        expect(open(0, direction).encode(values, layout)).toHaveLength(16);
        expect(open(1, direction).decode(open(1, direction).encode(values, layout), layout)[2]).toBe(3);
        expect(() => open(3, direction)).toThrow(expect.objectContaining({ code: 'codec-unknown', path: 'codec' }));
      }
    }
  });

  it('are checked when the session is opened, parameters too', () => {
    const open = (name: string, params: object) => () => openCodecs([choices[0], { name, params: { ...params } }], 1);
    expect(open('int9', {})).toThrow(expect.objectContaining({ code: 'codec-unknown' }));
    expect(open('int8', { levels: 3 })).toThrow(
      expect.objectContaining({ code: 'codec-params', path: 'codecs.1.params' }),
    );
  });

  it('take as many bytes as they say, or at most as many where they are compressed', () => {
    const malformed = expect.objectContaining({ code: 'message-malformed' }) as unknown as Error;
    const [plain, , compressed] = choices.map((_, i) => codecs.at(i, 'up'));
    plain.requireSize(layout.shape, 16);
    for (const bytes of [15, 17]) expect(() => plain.requireSize(layout.shape, bytes)).toThrow(malformed);
    expect(() => plain.requireSize(layout.shape, 15)).toThrow('expected 16.');
    expect(() => plain.decode(new Uint8Array(20), layout)).toThrow(malformed);
    expect(() => plain.encode(values.subarray(1), layout)).toThrow(malformed);
    for (const bytes of [0, 1, 8 + 13]) compressed.requireSize(layout.shape, bytes);
    expect(() => compressed.requireSize(layout.shape, 8 + 14)).toThrow(malformed);
    expect(() => compressed.requireSize(layout.shape, 8 + 14)).toThrow('expected at most 21.');
  });

  it('that remember nothing have no state, and take none', () => {
    expect(codecs.stateful).toBe(false);
    expect(codecs.read()).toEqual({});
    codecs.write({});
    const state = { '0.up.lost': { shape: [1], data: values.slice(0, 1) } };
    expect(() => codecs.write(state)).toThrow(expect.objectContaining({ code: 'codec-state', path: '0.up.lost' }));
  });
});
