import type { MethodEntry } from '../../api.ts';
import { methods } from '../../training/methods/index.ts';
import { gateNames } from '../../training/gates/table.ts';
import { gateFits, type Method } from '../../training/methods/method.ts';
import { isMethodName, trainingFacts, type MethodName } from '../../training/methods/table.ts';

/** The methods as a window offers them. */
export function listMethods(): MethodEntry[] {
  return methods.map((method) => entryOf(method.name, method));
}

function entryOf(name: MethodName, method: Method): MethodEntry {
  const { words, order, module, remark, elsewhere } = method;
  const { label, short, hint } = words;
  const { oneByOne, newWeights } = trainingFacts(method);
  const gates = gateNames.filter((gate) => gateFits(method, gate));
  const other = isMethodName(elsewhere) ? elsewhere : null;
  return { name, label, short, hint, order, module, gates, remark, elsewhere: other, oneByOne, newWeights };
}
