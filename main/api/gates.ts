import { gates } from '../training/gates/index.ts';

/** Paths of the fields that each gate has to itself: pure, so that the window reads them too. */
export const gateFields: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  gates.map(({ name, params }) => [name, Object.keys(params).map((param) => `gate.${param}`)]),
);
