import type { Store } from '../store/store.ts';
import { isExecuted } from './lock.ts';

/** Other runs that train on this home's machines now, whoever executes them: a terminal, the lab. */
export function trainingBeside(store: Pick<Store, 'marks' | 'folder'>, id: string): string[] {
  return store
    .marks()
    .filter((run) => run.id !== id && run.status === 'running' && isExecuted(store.folder(run.id)))
    .map((run) => run.id);
}

/** What that means for who compares runs. */
export function besideWords(id: string, others: readonly string[]): string {
  const numbers = [id, ...others].map((run) => Number.parseInt(run, 10));
  return (
    `Run ${numbers[0]} trains beside ${others.length === 1 ? 'run' : 'runs'} ${numbers.slice(1).join(', ')}: their times ` +
    'and samples per second cannot be compared with those of runs that train alone. Accuracies and bytes can.'
  );
}
