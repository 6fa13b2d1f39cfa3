import type { PlaygroundSettings } from '../../../main/api.ts';

/** A setting that a slider moves, from 0 to 100: in equal steps, or by equal factors. */
export interface Slider {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly scale: 'equal steps' | 'equal factors';
  readonly text: (value: number) => string;
  readonly get: (settings: PlaygroundSettings) => number;
  readonly set: (settings: PlaygroundSettings, value: number) => PlaygroundSettings;
}

const rate = (value: number): string => `${Number(value.toPrecision(2))} Mbit/s`;
const time = (value: number): string => `${Math.round(value)} ms`;

function ofLink(name: keyof PlaygroundSettings['link'], rest: Omit<Slider, 'get' | 'set'>): Slider {
  return {
    ...rest,
    get: ({ link }) => link[name],
    set: (settings, value) => ({ ...settings, link: { ...settings.link, [name]: value } }),
  };
}

export const sliders: readonly Slider[] = [
  ofLink('up', { label: 'Rate up', from: 0.05, to: 500, scale: 'equal factors', text: rate }),
  ofLink('down', { label: 'Rate down', from: 0.05, to: 500, scale: 'equal factors', text: rate }),
  ofLink('rttMs', { label: 'Round trip', from: 0, to: 400, scale: 'equal steps', text: time }),
  ofLink('loss', {
    label: 'Packets lost',
    from: 0,
    to: 0.2,
    scale: 'equal steps',
    text: (value) => `${(100 * value).toFixed(1)} %`,
  }),
  {
    label: 'Target: 95 of 100 within',
    from: 5,
    to: 1000,
    scale: 'equal factors',
    text: time,
    get: ({ latencyMs }) => latencyMs,
    set: (settings, latencyMs) => ({ ...settings, latencyMs }),
  },
];

/** Where a slider stands for a value, a whole number from 0 to 100. */
export function positionOf({ from, to, scale }: Pick<Slider, 'from' | 'to' | 'scale'>, value: number): number {
  const share = scale === 'equal steps' ? (value - from) / (to - from) : Math.log(value / from) / Math.log(to / from);
  return Math.round(100 * Math.min(1, Math.max(0, share)));
}

export function valueOf({ from, to, scale }: Pick<Slider, 'from' | 'to' | 'scale'>, position: number): number {
  const share = position / 100;
  return scale === 'equal steps' ? from + share * (to - from) : from * (to / from) ** share;
}
