import { beforeEach, describe, expect, it, vi } from 'vitest';
import { familyLines, type FamilyPair } from '../../../../main/charts/drawable/family.ts';
import { family, type FamilyChartSpec } from '../../../../main/charts/kinds/family.ts';
import { usualPaper } from '../../../../main/charts/spec.ts';
import { exportChart } from '../../../../main/exports/export.ts';
import type { Store } from '../../../../main/runs/store/store.ts';
import { makeTestSet } from '../../../support/model-set.ts';
import { openTestStore, temporaryFolder } from '../../../support/run-store.ts';

const pair = (budget: number | null, testAccuracy: number, up: number): FamilyPair => ({
  budget,
  testAccuracy,
  client: { multiplyAdds: 1000 * (budget ?? 128) },
  server: { multiplyAdds: 9 },
  traffic: [
    { codec: 'float16', up, down: 40 },
    { codec: 'uint8', up: up / 2, down: 40 },
  ],
});
const sets = [{ name: 'one', pairs: [pair(null, 0.9, 2000), pair(4, 0.8, 500)] }];
const link = { up: 1, down: 4, rttMs: 20 };
const spec = (changes: Partial<FamilyChartSpec>): FamilyChartSpec => ({
  ...family.charts['family'],
  link,
  ...changes,
});
const costs = (changes: Partial<FamilyChartSpec>): number[] =>
  familyLines(sets, spec(changes))[0].points.map(({ cost }) => cost);

describe('the family of a model set', () => {
  it('is drawn against bytes, the latency of a link, or work, the cheapest first', () => {
    expect(costs({ x: 'bytes' })).toEqual([540, 2040]);
    expect(costs({ x: 'bytes', codec: 'uint8' })).toEqual([290, 1040]);
    // 20 ms, 8 bits a byte: 500 B at 1 Mbit/s are 4 ms, 40 B at 4 Mbit/s 0.08 ms.
    expect(costs({ x: 'latency' })[0]).toBeCloseTo(0.02408, 9);
    const compute = {
      one: [
        { client: 2, server: 0.5 },
        { client: 1, server: 0.25 },
      ],
    };
    expect(costs({ x: 'latency', compute })[0]).toBeCloseTo(1.27408, 9);
    expect(costs({ x: 'client-work' })).toEqual([4000, 128_000]);
    expect(costs({ x: 'bytes', codec: 'none' })).toEqual([]);
  });

  describe('as a file', () => {
    let store: Store;
    beforeEach(async () => {
      vi.stubEnv('SLUICE_HOME', temporaryFolder());
      store = openTestStore(temporaryFolder());
      await makeTestSet();
    });

    it('says in CSV where it is from, and what every pair achieves and costs', async () => {
      const { name, data } = await exportChart(store, {
        runs: [],
        sets: ['tiny'],
        chart: spec({}),
        format: 'csv',
        paper: usualPaper,
      });
      expect(name).toBe('tiny-family-bytes.csv');
      const text = Buffer.from(data).toString();
      expect(text).toMatch(/^# Sluice [^\r]+\r\n# model set tiny, sha256 [0-9a-f]{64}\r\n/);
      // 2, 4 and 8 maps of 8×8 as float16, four logits.
      expect(text).toMatch(/\r\ntiny,2,0\.7\d*,256,16,/);
      expect(text).toMatch(/\r\ntiny,4,0\.8,512,16,/);
      expect(text).toMatch(/\r\ntiny,full,0\.9,1024,16,/);
    });

    it('is a picture that names every pair by its budget', async () => {
      const chart = spec({ x: 'latency' });
      const { data } = await exportChart(store, { runs: [], sets: ['tiny'], chart, format: 'svg', paper: usualPaper });
      const text = Buffer.from(data).toString();
      for (const words of ['2 maps', '4 maps', 'full', 'Network latency, float16']) expect(text).toContain(words);
    });

    it('names what is missing', async () => {
      const asked = { runs: [], chart: spec({}), format: 'svg', paper: usualPaper } as const;
      await expect(exportChart(store, asked)).rejects.toMatchObject({ code: 'bad-input', path: 'sets' });
      await expect(exportChart(store, { ...asked, sets: ['tyni'] })).rejects.toThrow(/Did you mean "tiny"\?/);
    });
  });
});
