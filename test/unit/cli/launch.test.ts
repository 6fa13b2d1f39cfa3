import { describe, expect, it } from 'vitest';
import { changesFor } from '../../../main/cli/launch.ts';
import { references } from '../../../main/cli/references.ts';
import type { Run } from '../../../main/runs/store/run.ts';

const engine = { name: 'cpu', device: 'Xeon', detail: 'OpenBLAS 0.3.21, 2 threads', threads: 2 } as const;

const computed = 'cpu · Xeon, OpenBLAS 0.3.21, 2 threads';
const both = { client: engine, server: engine };

function run(changes: Partial<Run>): Run {
  return { id: '0003-x', threads: 2, engine: computed, serverEngine: computed, ...changes } as Run;
}

describe('a run that goes on', () => {
  it('where it began has nothing to say', () => {
    expect(changesFor(run({}), both, 2)).toEqual([]);
    // It may have several devices of one thread each, or not have begun.
    expect(changesFor(run({ engine: 'cpu · Xeon, OpenBLAS 0.3.21, 1 thread' }), both, 2)).toEqual([]);
    expect(changesFor(run({ engine: null, serverEngine: null, threads: null }), both, 1)).toEqual([]);
  });

  it('says that it keeps its threads where there are fewer cores', () => {
    expect(changesFor(run({}), both, 1)).toEqual([
      expect.stringMatching(/^Run 0003-x goes on with the 2 threads it began with.* on the 1 core of this machine/),
    ]);
  });

  it.each([
    { ...engine, device: 'EPYC' },
    { ...engine, detail: 'WebAssembly, 2 threads' },
  ])('says what it computes with now where that is another: $device, $detail', (now) => {
    expect(changesFor(run({}), { client: now, server: now }, 2)).toEqual([
      expect.stringMatching(
        `computed by cpu · Xeon, OpenBLAS.* goes on with cpu · ${now.device}, ${now.detail.replace(/, 2.*/, '')}: .*differ`,
      ),
    ]);
  });

  it('says it of the half whose engine is another, and of none that is computed elsewhere', () => {
    const gpu = { ...engine, name: 'webgpu', device: 'Radeon', detail: 'Dawn' } as const;
    expect(changesFor(run({}), { client: engine, server: gpu }, 2)).toEqual([
      expect.stringMatching(/goes on with webgpu · Radeon, Dawn: /),
    ]);
    expect(changesFor(run({ serverEngine: 'cuda · H200, TensorFlow' }), { client: engine }, 2)).toEqual([]);
  });
});

it('runs that follow one another are called by a range', () => {
  const runs = ['0001-a', '0002-a', '0004-b', '0005-b', '0006-c', '0009-d'].map((id) => run({ id }));
  expect(references(runs)).toEqual(['0001-a', '0002-a', '4..6', '0009-d']);
  expect(references([])).toEqual([]);
});
