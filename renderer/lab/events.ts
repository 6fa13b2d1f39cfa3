import type { LabEvents } from '../../main/api.ts';

type Listeners = { readonly [E in keyof LabEvents]: Set<LabEvents[E]> };

export interface Events {
  /** What the lab calls. */
  readonly table: LabEvents;
  on<E extends keyof LabEvents>(event: E, listener: LabEvents[E]): () => void;
}

/** Passes every event of the lab on to those that listen. */
export function createEvents(): Events {
  const listeners: Listeners = {
    runs: new Set(),
    steps: new Set(),
    epochs: new Set(),
    log: new Set(),
    server: new Set(),
    playground: new Set(),
    playgroundAnswer: new Set(),
    dataTask: new Set(),
    engineTask: new Set(),
    modelTask: new Set(),
    runTask: new Set(),
    planTask: new Set(),
    planTimes: new Set(),
    settings: new Set(),
    alert: new Set(),
    notice: new Set(),
  };
  return {
    table: {
      runs: (...event) => listeners.runs.forEach((listener) => listener(...event)),
      steps: (...event) => listeners.steps.forEach((listener) => listener(...event)),
      epochs: (...event) => listeners.epochs.forEach((listener) => listener(...event)),
      log: (...event) => listeners.log.forEach((listener) => listener(...event)),
      server: (...event) => listeners.server.forEach((listener) => listener(...event)),
      playground: (...event) => listeners.playground.forEach((listener) => listener(...event)),
      playgroundAnswer: (...event) => listeners.playgroundAnswer.forEach((listener) => listener(...event)),
      dataTask: (...event) => listeners.dataTask.forEach((listener) => listener(...event)),
      engineTask: (...event) => listeners.engineTask.forEach((listener) => listener(...event)),
      modelTask: (...event) => listeners.modelTask.forEach((listener) => listener(...event)),
      runTask: (...event) => listeners.runTask.forEach((listener) => listener(...event)),
      planTask: (...event) => listeners.planTask.forEach((listener) => listener(...event)),
      planTimes: (...event) => listeners.planTimes.forEach((listener) => listener(...event)),
      settings: (...event) => listeners.settings.forEach((listener) => listener(...event)),
      alert: (...event) => listeners.alert.forEach((listener) => listener(...event)),
      notice: (...event) => listeners.notice.forEach((listener) => listener(...event)),
    },
    on(event, listener) {
      const all: Set<typeof listener> = listeners[event];
      all.add(listener);
      return () => all.delete(listener);
    },
  };
}
