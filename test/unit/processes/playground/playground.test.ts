import { expect, it, onTestFinished } from 'vitest';
import type { PlaygroundAnswer } from '../../../../main/api.ts';
import { inputFacts } from '../../../../main/data/input.ts';
import { startPlayground } from '../../../../main/processes/playground/start.ts';
import { temporaryHome } from '../../../support/home.ts';
import { makeTestSet } from '../../../support/model-set.ts';

const home = temporaryHome();
const fast = { up: 500, down: 500, rttMs: 0, jitterMs: 0, loss: 0 };

it('a playground chooses anew when its link is moved, with no connection lost', { timeout: 120_000 }, async () => {
  const { name } = await makeTestSet({ images: inputFacts('synthetic') });
  const answers: PlaygroundAnswer[] = [];
  const options = { set: name, phone: false, latencyMs: 400, link: fast };
  const playground = await startPlayground(home, options, (answer) => void answers.push(answer));
  onTestFinished(() => playground.close());
  expect(playground.facts).toEqual({ dataset: 'synthetic', labelled: true, page: null });
  const latest = (): PlaygroundAnswer | undefined => answers.at(-1);
  await expect.poll(() => latest()?.budget, { timeout: 60_000 }).toBeNull();
  expect(latest()).toMatchObject({ meets: true, accuracy: 0.9 });
  expect(latest()!.correct).not.toBeNull();
  // All 8 maps at 8 bits are 2,048 bytes: at 40 kbit/s they take 400 ms alone, two of them a quarter of that.
  playground.change({ latencyMs: 400, link: { ...fast, up: 0.04 } });
  await expect.poll(() => latest()?.words, { timeout: 60_000 }).toBe('2 maps, int8');
  expect(latest()!.bytes).toBeLessThan(700);
  playground.change({ latencyMs: 400, link: fast });
  await expect.poll(() => latest()?.budget, { timeout: 60_000 }).toBeNull();
});
