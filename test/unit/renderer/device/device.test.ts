import { describe, expect, it } from 'vitest';
import { gridOf } from '../../../../renderer/device/inference/draw-maps.ts';
import { channelsOf } from '../../../../renderer/device/inference/images.ts';
import { largestCentre } from '../../../../renderer/device/inference/region.ts';
import { reasonOf } from '../../../../renderer/device/inference/useCamera.ts';
import { takePass } from '../../../../renderer/device/pass.ts';

/** A tab at an address, and what its address becomes. */
function tabAt(address: string) {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as unknown as Storage;
  const shown: string[] = [];
  const page = {
    location: new URL(address),
    history: { replaceState: (_state: unknown, _title: string, url: string) => void shown.push(url) },
  } as unknown as Window;
  return { page, storage: () => storage, shown };
}

describe('the secret of a page', () => {
  it('is taken out of the address, and kept for a reload of the tab', () => {
    const { page, storage, shown } = tabAt('https://server:4450/?engine=wasm#token=abc');
    expect(takePass(page, storage)).toEqual({ purpose: 'infer', token: 'abc' });
    expect(shown).toEqual(['/?engine=wasm']);
    expect(takePass(tabAt('https://server:4450/').page, storage)).toEqual({ purpose: 'infer', token: 'abc' });
    expect(takePass(tabAt('https://server:4450/#join=def').page, storage)).toEqual({ purpose: 'train', token: 'def' });
  });

  it('is missing where a page was opened without, and held where a browser keeps nothing', () => {
    const closed = (): Storage => {
      throw new DOMException('', 'SecurityError');
    };
    expect(takePass(tabAt('https://server/').page, closed)).toBeNull();
    expect(takePass(tabAt('https://server/#join=x').page, closed)).toEqual({ purpose: 'train', token: 'x' });
  });
});

describe('a picture', () => {
  it('is cut to the ratio of the set around its middle', () => {
    expect(largestCentre({ width: 640, height: 480 }, 1)).toEqual({ left: 80, top: 0, width: 480, height: 480 });
    expect(largestCentre({ width: 300, height: 900 }, 2)).toEqual({ left: 0, top: 375, width: 300, height: 150 });
  });

  it('gives its colours, or its brightness to a network that takes one channel', () => {
    const rgba = Uint8ClampedArray.from([255, 0, 0, 255, 10, 20, 30, 255]);
    expect([...channelsOf(rgba, 3)]).toEqual([255, 0, 0, 10, 20, 30]);
    expect([...channelsOf(rgba, 1)]).toEqual([76, 18]);
  });
});

describe('maps that were sent', () => {
  it('stand in a grid of about 4:3 that holds all of them', () => {
    expect(gridOf(1, 8, 8)).toEqual({ columns: 1, rows: 1 });
    expect(gridOf(12, 8, 8)).toEqual({ columns: 4, rows: 3 });
    expect(gridOf(128, 4, 4)).toEqual({ columns: 13, rows: 10 });
  });
});

describe('a camera that gives no picture', () => {
  it.each([
    ['NotAllowedError', /refused.*settings of the browser/],
    ['NotFoundError', /has no camera/],
    ['NotReadableError', /another program/],
    ['SecurityError', /https/],
    ['AbortError', /AbortError/],
  ])('says why: %s', (name, words) => {
    expect(reasonOf(new DOMException('', name))).toMatch(words);
  });
});
