import type { Gate } from './gate.ts';
import { gates } from './index.ts';

/** What follows from the list of gates alone. */

export type GateName = (typeof gates)[number]['name'];

const all: readonly Gate<GateName>[] = gates;

export const gateNames = all.map(({ name }) => name) as [GateName, ...GateName[]];

/** The gate of an experiment that names none. */
export const defaultGate: GateName = gates[0].name;

export function gateNamed(name: GateName): Gate {
  return all.find((gate) => gate.name === name)!;
}

type Params = (typeof gates)[number]['params'];
type Merged<Shape> = (Shape extends unknown ? (shape: Shape) => void : never) extends (shape: infer All) => void
  ? All
  : never;

/** The parameters of all gates, which do not share names: what another gate has is not heeded. */
export const gateParams = Object.assign({}, ...all.map(({ params }) => params)) as Merged<Params>;
