import { isKept, type GateData } from '../drawable/gates.ts';
import { gateOption } from '../drawing/gate-option.ts';
import type { ChartKind, Row } from './kind.ts';

export const mapOrders = ['sent', 'number'] as const;
export type MapOrder = (typeof mapOrders)[number];

/** The gate of one training over its steps: f of every map, those sent most often first or by number. */
export interface GateChartSpec {
  readonly kind: 'gates';
  readonly order: MapOrder;
}

export const gates: ChartKind<GateChartSpec, 'gates', GateData> = {
  kind: 'gates',
  help: ['gates', 'the gate of every map over the steps of a training'],
  charts: { gates: { kind: 'gates', order: 'sent' } },
  nameOf: () => 'gates',
  schema: (z) => z.strictObject({ kind: z.literal('gates'), order: z.enum(mapOrders) }),

  needs: ['gates'],
  showsEachSource: false,
  showsPairs: false,
  data: (given) => given.gates,
  parts: ['CustomChart', 'LineChart', 'GraphicComponent'],
  option: (data, { order }, style) => gateOption(data, order, style),
  rows: gateRows,
  paper: { archive: ['gates'] },
};

function* gateRows(data: GateData): Generator<Row> {
  const { maps, steps, epochs, budgets, values } = data;
  yield ['step', 'epoch', 'budget', 'map', 'f', 'sent'];
  for (const [moment, step] of steps.entries()) {
    const budget = Number.isNaN(budgets[moment]) ? 'full' : budgets[moment];
    for (let map = 0; map < maps; map++) {
      const sent = isKept(data, moment, map) ? 1 : 0;
      yield [step, epochs[moment], budget, map, values[moment * maps + map], sent];
    }
  }
}
