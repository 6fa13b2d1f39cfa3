import { describe, expect, it } from 'vitest';
import { summarise } from '../../../main/cli/model-summary.ts';
import { networkSpec } from '../../../main/model/zoo.ts';

const vgg11 = networkSpec('vgg11', { input: [32, 32, 3], classes: 10, width: 1 });
const plainModule = { resolution: 1, features: 1 };

describe('summarise', () => {
  it('shows both halves and the traffic of every cut', () => {
    const text = summarise(vgg11, { layer: 5, module: plainModule }, [4]);
    expect(text.find((line) => line.includes('compression: conv'))).toMatch(/128 × 8×8 +147,968 +9,437,184$/);
    expect(text.find((line) => line.startsWith('both'))).toMatch(/129,108,618 +190,554,112$/);
    expect(text.find((line) => line.startsWith('5 '))).toMatch(/128 × 8×8 +513 +1,024 +32,769 +32,768$/);
    expect(text.filter((line) => line.includes('no cut inside'))).toEqual([]);
  });

  it('says in a line which blocks cannot be cut inside', () => {
    const resnet = networkSpec('resnet18', { input: [32, 32, 3], classes: 10, width: 1 });
    expect(summarise(resnet, { layer: 3, module: plainModule }, [4]).at(-1)).toBe(
      'There is no cut inside "residual block" and "residual block, stride 2": a cut sends one tensor, and more cross there.',
    );
  });
});
