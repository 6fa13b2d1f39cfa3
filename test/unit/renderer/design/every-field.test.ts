import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { ExperimentInput, JsonSchema } from '../../../../main/api.ts';
import { examine } from '../../../../main/lab/design/examine.ts';
import { experimentSchema } from '../../../../main/runs/experiment/experiment.ts';
import { jsonSchema } from '../../../../main/runs/experiment/schema.ts';
import DesignPage from '../../../../renderer/pages/design/DesignPage.vue';
import { fields } from '../../../../renderer/pages/design/fields.ts';
import { useHome } from '../../../support/datasets.ts';
import { fakeLab } from '../../../support/fake-lab.ts';
import { leaves } from '../../../support/schema-leaves.ts';
import { mountInLab } from '../in-lab.ts';

/** Fields of an experiment that the page has no control for, and why. */
const left: Readonly<Record<string, string>> = {
  $schema: 'says nothing of the experiment: it is for the editor of a file',
  'phases.0.budget.bytes': 'is typed where the number of maps is, as 256 B',
};

/** With everything that hides behind a choice: several sources, a module, a link and formats of its own. */
const everything: ExperimentInput = {
  phases: [
    { budget: 4, epochs: 6, codec: { up: 'int8', down: 'float16' } },
    { budget: 'full', epochs: 3 },
  ],
  engine: { client: 'cpu', server: 'cpu' },
  sources: { count: 2 },
  sweep: { kind: 'random', runs: 2, settings: { lr: [0.01, 0.1, 1] } },
  search: { floor: 0.5, settings: { lr: [0.01, 0.1] } },
  link: { up: 10, down: 20, rttMs: 5, jitterMs: 1, loss: 0, shared: false },
};

const ofExperiments = jsonSchema(experimentSchema) as JsonSchema;

beforeEach(() => localStorage.clear());

/** The paths that the page has controls for. */
async function placedPaths(input: ExperimentInput): Promise<string[]> {
  useHome();
  localStorage.setItem('sluice.draft', JSON.stringify({ title: '', entries: [{ key: 0, input, base: null }] }));
  const fake = fakeLab({
    examine: (asked) => Promise.resolve(examine(asked, { list: () => [], epochs: () => [] })),
    experimentSchema: () => Promise.resolve(ofExperiments),
  });
  const { wrapper } = await mountInLab(DesignPage, { fake, route: '/design' });
  onTestFinished(() => wrapper.unmount());
  await new Promise((resolve) => setTimeout(resolve, 160));
  const placed = [...document.querySelectorAll<HTMLElement>('[data-path]')];
  const filled = placed.filter((element) => element.querySelector('input, textarea, button, [role=slider]') !== null);
  return filled.map((element) => element.dataset['path']!);
}

describe('the fields of an experiment', () => {
  it('are found in the schema down to the last, or the next test shows nothing', () => {
    const found = leaves(ofExperiments);
    const some = ['method', 'split.module.features', 'phases.0.epochs', 'seeds', 'link.rttMs', 'gate.ties'];
    expect(found).toEqual(expect.arrayContaining(some));
    expect(found.length).toBeGreaterThan(45);
    const more = z.strictObject({ ...experimentSchema.shape, extra: z.strictObject({ inner: z.int() }) });
    const extended = jsonSchema(more) as JsonSchema;
    expect(leaves(extended)).toEqual([...found, 'extra.inner']);
  });

  it('each have a place on the design page, with a name for people', async () => {
    const placed = await placedPaths(everything);
    const missing = leaves(ofExperiments).filter((path) => !placed.includes(path) && !(path in left));
    expect(missing).toEqual([]);
    const unnamed = placed.filter(
      (path) => !/^(phases\.\d|(sweep|search)\.settings\.)/.test(path) && !(path in fields),
    );
    expect(unnamed).toEqual([]);
    for (const path of Object.keys(left)) expect(placed).not.toContain(path);
  });
});
