import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    globalNamespace: string;
  }
}

// The thread is that of the mutant before, which shall not be on while the tests of this one are read.
const namespace = (globalThis as Record<string, unknown>)[inject('globalNamespace')];
Object.assign(namespace ?? {}, { activeMutant: undefined });
