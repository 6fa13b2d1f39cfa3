import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { columnsOf, numberColumns } from '../../main/records/columns.ts';
import { pythonHas } from '../support/python.ts';
import { trainedRun } from '../support/run-curves.ts';
import { pairRecord, stepRecord } from '../support/run-records.ts';
import { openTestStore, temporaryFolder } from '../support/run-store.ts';
import { where } from '../support/where.ts';

const packages = fileURLToPath(new URL('../../resources/python', import.meta.url));

/** What code that has opened a home prints, which is JSON; tables are lists unless pandas is wanted. */
function python(home: string, code: string, { pandas = false } = {}): unknown {
  const hide = pandas ? '' : "sys.modules['pandas'] = None\n";
  const start = `import json, sys\n${hide}import sluice_home\nhome = sluice_home.open()\n`;
  const { status, stdout, stderr } = spawnSync('python3', ['-B', '-c', start + code], {
    encoding: 'utf8',
    env: { ...process.env, PYTHONPATH: packages, SLUICE_HOME: home },
  });
  expect(status, stderr).toBe(0);
  return JSON.parse(stdout);
}

/** A home with two runs of a launch, open for writing meanwhile. */
function recordedHome(): string {
  const home = temporaryFolder();
  const store = openTestStore(home);
  const options = { group: 'fig@now' };
  const run = trainedRun(store, { name: 'one', optimiser: { momentum: 0.5 } }, [0.25, NaN], options);
  store.append(run.id, [stepRecord(0, { gates: Float32Array.of(0.25, 0.5) }), stepRecord(1), pairRecord(0)]);
  trainedRun(store, { name: 'two' }, [0.75], options);
  return home;
}

where(pythonHas(), 'no Python').describe('a home in Python', () => {
  it('has its runs, with settings by their paths, and the records by the names of the catalogue', () => {
    const home = recordedHome();
    const code = `
rows = {kind: getattr(home, kind)(1) for kind in ('epochs', 'steps', 'pairs')}
print(json.dumps({
  'runs': [[run['id'], run['seed'], run['optimiser.momentum'], run['tags']] for run in home.runs('fig', settings=True)],
  'columns': {kind: list(rows[kind][0]) for kind in rows},
  'accuracies': [str(row['testAccuracy']) for row in rows['epochs']],
  'budgets': [rows['epochs'][0]['budget'], rows['pairs'][0]['budget']],
  'gates': [[row['step'], row['gates']] for row in home.gates()],
  'all': len(home.epochs()),
}))`;
    expect(python(home, code)).toEqual({
      runs: [
        ['0001-one', 1, 0.5, []],
        ['0002-two', 1, 0, []],
      ],
      columns: {
        epochs: ['run', ...columnsOf('epoch').map(({ name }) => name)],
        steps: ['run', ...numberColumns('step').map(({ name }) => name)],
        pairs: ['run', ...columnsOf('pair').map(({ name }) => name)],
      },
      accuracies: ['0.25', 'nan'],
      budgets: [null, 4],
      gates: [[0, [0.25, 0.5]]],
      all: 3,
    });
  });

  it('says what it lacks, and writes nothing', () => {
    const home = recordedHome();
    const code = `
def said(ask):
    try:
        ask()
    except Exception as error:
        return type(error).__name__ + ': ' + str(error)
print(json.dumps([
  said(lambda: home.epochs('none')),
  said(lambda: sluice_home.open(${JSON.stringify(packages)})),
  said(lambda: home._database.execute('DELETE FROM runs')),
]))`;
    expect(python(home, code)).toEqual([
      expect.stringMatching(/^HomeError: There is no run "none"/) as string,
      expect.stringMatching(/^HomeError: There is no .*sluice\.db\. Give the home/) as string,
      'OperationalError: attempt to write a readonly database',
    ]);
  });
});

where(pythonHas('pandas'), 'no pandas').it('a home in Python has data frames where pandas is', () => {
  const code = 'print(json.dumps([type(home.epochs()).__name__, home.epochs().testAccuracy.max()]))';
  expect(python(recordedHome(), code, { pandas: true })).toEqual(['DataFrame', 0.75]);
});
