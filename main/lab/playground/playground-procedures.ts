import type { LabState, Procedures } from '../lab-state.ts';

type Names = 'playground' | 'startPlayground' | 'changePlayground' | 'stopPlayground';

/** Procedures about the playground. */
export function playgroundProcedures({ playground }: LabState): Procedures<Names> {
  return {
    playground: () => playground.state,
    startPlayground: (options) => playground.start(options),
    changePlayground: (settings) => playground.change(settings),
    stopPlayground: () => playground.stop(),
  };
}
