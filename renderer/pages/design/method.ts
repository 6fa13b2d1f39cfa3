import type { ExperimentInput, MethodEntry, MethodName } from '../../../main/api.ts';
import { defaultMethod } from '../../stores/methods.ts';
import type { Schedule } from './schedule.ts';
import { valueAt, withoutValue, withValue } from './sparse.ts';

/** Finds a method; undefined until the lab has told of it. */
export type FindMethod = (name: MethodName) => MethodEntry | undefined;

/**
 * A draft with another method. What the user has set stays unless the method contradicts it: budgets turn around with
 * the direction, the module goes where there is none and is back where one is needed, a gate goes that it cannot have.
 */
export function withMethod(draft: ExperimentInput, name: MethodName, find: FindMethod): ExperimentInput {
  const method = find(name);
  let next: ExperimentInput = { ...draft, method: name };
  if (!method) return next;
  if (draft.phases && method.order) {
    const falls = method.order.direction === 'falling';
    // Budgets of bytes are in order among themselves alone: where they stand beside maps is told once it is known.
    const height = ({ budget }: Schedule[number]): number => {
      if (typeof budget === 'object') return budget.bytes;
      return budget === 'full' ? Infinity : budget;
    };
    const order = [...draft.phases].sort((a, b) => (falls ? height(b) - height(a) : height(a) - height(b)));
    next = { ...next, phases: order };
  }
  if (!method.module || valueAt(next, 'split.module') === null) next = withoutValue(next, 'split.module');
  const gate = valueAt(next, 'gate.name');
  if (typeof gate === 'string' && method.module && !method.gates.includes(gate)) next = withoutValue(next, 'gate.name');
  if (method.elsewhere !== null || (sendsImage(draft, find) && valueAt(next, 'split.layer') === 0)) {
    next = withoutValue(next, 'split.layer');
  }
  return next;
}

/** A draft cut at another layer; a method that is cut at the image alone becomes another one elsewhere. */
export function withLayer(draft: ExperimentInput, layer: number, find: FindMethod): ExperimentInput {
  const elsewhere = find(draft.method ?? defaultMethod)?.elsewhere ?? null;
  const moved = elsewhere !== null && layer > 0 ? withMethod(draft, elsewhere, find) : draft;
  return withValue(moved, 'split.layer', layer);
}

function sendsImage({ method = defaultMethod }: ExperimentInput, find: FindMethod): boolean {
  return (find(method)?.elsewhere ?? null) !== null;
}

/** What the method makes of a schedule that it does not train as it is, in words. */
export function remarkOn(method: MethodEntry | undefined, phases: Schedule, epochs: number): string | null {
  if (!method?.remark) return null;
  const { text, unless } = method.remark;
  const single = phases.length === 1 && (unless === 'single' || phases[0].budget === 'full');
  return unless !== null && single ? null : text.replace('{epochs}', String(epochs));
}
