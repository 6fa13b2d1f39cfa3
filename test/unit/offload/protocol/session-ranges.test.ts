import { expect, it } from 'vitest';
import { decodeControl, encodeControl, type SessionRequest } from '../../../../main/offload/protocol/control.ts';
import { sessionRequest } from '../fake-half.ts';

const through = (changes: Partial<SessionRequest>): SessionRequest =>
  decodeControl('session', encodeControl('session', sessionRequest(changes)));

const { model, optimiser } = sessionRequest();
const cut = (resolution: number, features: number) => ({ layer: 1, module: { resolution, features } });

it.each<[string, Partial<SessionRequest>[], Partial<SessionRequest>[]]>([
  [
    'model.width',
    [0.01, 4].map((width) => ({ model: { ...model, width } })),
    [0, 1e-9, 0.0099, 4.01].map((width) => ({ model: { ...model, width } })),
  ],
  [
    'model.classes',
    [1, 0x10000].map((classes) => ({ model: { ...model, classes } })),
    [0, 0x10001].map((classes) => ({ model: { ...model, classes } })),
  ],
  ['cut.module.resolution', [{ cut: cut(1, 1) }, { cut: cut(8, 1) }], [{ cut: cut(0, 1) }, { cut: cut(9, 1) }]],
  ['cut.module.features', [{ cut: cut(1, 1024) }], [{ cut: cut(1, 0) }, { cut: cut(1, 1025) }]],
  ['cut.layer', [{ cut: { layer: 0, module: null } }], [{ cut: { layer: 1001, module: null } }]],
  [
    'optimiser.weightDecay',
    [0, 1].map((weightDecay) => ({ optimiser: { ...optimiser, weightDecay } })),
    [-1e-9, 1.001, 1e308].map((weightDecay) => ({ optimiser: { ...optimiser, weightDecay } })),
  ],
  [
    'optimiser.momentum',
    [0, 0.999].map((momentum) => ({ optimiser: { ...optimiser, momentum } })),
    [-0.1, 1].map((momentum) => ({ optimiser: { ...optimiser, momentum } })),
  ],
])('a session has its %s within a range, and one beyond it is refused by name', (field, good, bad) => {
  for (const changes of good) expect(through(changes)).toMatchObject(changes);
  for (const changes of bad) {
    expect(() => through(changes)).toThrow(
      expect.objectContaining({ code: 'message-malformed', message: expect.stringContaining(field) as string }),
    );
  }
});
