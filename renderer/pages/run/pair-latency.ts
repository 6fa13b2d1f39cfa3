import type { JsonSchema, PairRecord } from '../../../main/api.ts';
import { hasFields } from '../../../main/fields.ts';
import { choiceLabel } from '../design/fields.ts';
import { fieldSchema } from '../design/schema.ts';

/** A network a trained pair may be used over: its rates in Mbit/s, its round trip in milliseconds. */
export interface PairLink {
  readonly name: string;
  readonly label: string;
  readonly up: number;
  readonly down: number;
  readonly rttMs: number;
}

/** The links that an experiment can name, as its schema describes them. */
export function namedLinks(schema: JsonSchema): PairLink[] {
  const link = fieldSchema(schema, 'link');
  return (link?.choices ?? []).flatMap((name, i) => {
    const rates = link?.examples[i];
    if (!hasFields(rates)) return [];
    const { up, down, rttMs } = rates;
    return typeof up === 'number' && typeof down === 'number' && typeof rttMs === 'number'
      ? [{ name, label: choiceLabel('link', name), up, down, rttMs }]
      : [];
  });
}

/** Seconds the network takes to carry one sample there and its class back; computing comes on top. */
export function networkLatency({ bytesPerSample }: Pick<PairRecord, 'bytesPerSample'>, link: PairLink): number {
  return link.rttMs / 1000 + (bytesPerSample * 8) / (link.up * 1e6);
}

/** `0.8 ms`, `45 ms`, `1.2 s`. */
export function formatLatency(seconds: number): string {
  if (seconds >= 0.9995) return `${seconds.toFixed(1)} s`;
  const ms = seconds * 1000;
  return `${ms.toFixed(ms >= 9.95 ? 0 : 1)} ms`;
}
