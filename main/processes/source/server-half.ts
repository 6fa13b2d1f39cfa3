import type { Experiment } from '../../runs/experiment/experiment.ts';

/** A source alone has its server half to itself. */
export function serverHalfOf({ sources }: Pick<Experiment, 'sources'>): 'own' | 'shared' | 'gathered' {
  if (sources.count === 1 || sources.serverHalf === 'own') return 'own';
  return sources.gather ? 'gathered' : 'shared';
}
