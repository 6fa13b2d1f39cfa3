import { describe, expect, it } from 'vitest';
import type { ModuleSpec } from '../../../../main/model/spec.ts';
import { networkSpec } from '../../../../main/model/zoo.ts';
import { describeCuts } from '../../../../main/runs/experiment/describe-cuts.ts';
import { codecSettings } from '../../../../main/training/controller.ts';
import { publishedCodecs } from '../../../support/halves.ts';
import { branchedNetwork } from '../../../support/halves.ts';

const vgg11 = networkSpec('vgg11', { input: [32, 32, 3], classes: 10, width: 1 });
const plainModule: ModuleSpec = { resolution: 1, features: 1 };
const codecs = codecSettings(publishedCodecs);

describe('describeCuts', () => {
  const cuts = describeCuts(vgg11, plainModule, [4, 128], codecs);

  it('gives the bytes of the paper’s cut', () => {
    const cut = cuts.find(({ layer }) => layer === 5);
    expect(cut).toMatchObject({
      sent: [8, 8, 128],
      traffic: [
        { budget: 4, up: 4 * 64 * 2 + 1, down: 4 * 64 * 4, gate: 4 * 4 + 16 },
        { budget: null, up: 128 * 64 * 4 + 1, down: 128 * 64 * 4, gate: 0 },
      ],
    });
  });

  it('has no other row for a budget of all maps than that of the full budget', () => {
    const at = (layer: number) => cuts.find((cut) => cut.layer === layer)!;
    const budgetsAt = (layer: number): unknown => {
      const cut = at(layer);
      return 'traffic' in cut && cut.traffic.map(({ budget }) => budget);
    };
    expect(budgetsAt(5)).toEqual([4, null]);
    expect(budgetsAt(6)).toEqual([4, 128, null]);
  });

  it('goes from the image to the end of the body, and leaves out budgets that a cut has no maps for', () => {
    expect(cuts.map(({ layer }) => layer)).toEqual([0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(cuts[0]).toMatchObject({ after: 'image', traffic: [{ budget: null }] });
  });

  it('knows the full budget alone in a plain split', () => {
    for (const cut of describeCuts(vgg11, null, [4], codecs))
      expect(cut).toMatchObject({ traffic: [{ budget: null }] });
  });

  it('sends no gradient to a client that has only the image', () => {
    const down = describeCuts(vgg11, null, [], codecs).map((cut) => ('traffic' in cut ? cut.traffic[0].down : null));
    expect(down.slice(0, 3)).toEqual([0, 64 * 32 * 32 * 4, 64 * 16 * 16 * 4]);
    expect(cuts[0]).toMatchObject({ traffic: [{ budget: null, down: 3 * 32 * 32 * 4 }] });
  });

  it('takes two bytes a label beyond 256 classes', () => {
    const network = networkSpec('cnn', { input: [32, 32, 3], classes: 257, width: 1 });
    expect(describeCuts(network, null, [], codecs)[0]).toMatchObject({ traffic: [{ up: 32 * 32 * 3 * 4 + 2 }] });
  });

  it('offers the places before and after blocks', () => {
    const rows = describeCuts(branchedNetwork, plainModule, [4], codecs);
    expect(rows.map(({ layer, after }) => [layer, after])).toEqual([
      [0, 'image'],
      [2, 'conv 3×3, BatchNorm, ReLU'],
      [3, 'inception block'],
      [4, 'residual block'],
      [5, 'max pool 2×2, stride 2'],
    ]);
    expect(rows[2]).toMatchObject({ sent: [6, 6, 9], traffic: [{ budget: 4, up: 4 * 36 * 2 + 1 }, { budget: null }] });
  });

  it('says why the module does not fit at a cut', () => {
    const image = describeCuts(vgg11, { resolution: 1, features: 2 }, [4], codecs)[0];
    expect(image).toMatchObject({ problem: expect.stringContaining('divide the 3 maps') as string });
  });
});
