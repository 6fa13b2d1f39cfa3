/** Figures as people read them, in window, terminal and on paper alike. */

const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** Three digits and a decimal unit: 1,234,567 is `1.23 MB`. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.5 would round to a fourth digit.
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  return unit === 0 ? `${Math.round(value)} B` : `${threeDigits(value)} ${byteUnits[unit]}`;
}

/** `0:42`, `12:05`, `3:00:07`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = (value: number): string => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${padded(minutes)}:${padded(rest)}` : `${minutes}:${padded(rest)}`;
}

/** Of a step or less than a minute, to three digits: `42.5 ms`, `1.2 s`. */
export function formatSeconds(seconds: number): string {
  return seconds < 1 ? `${Number((seconds * 1000).toPrecision(3))} ms` : `${Number(seconds.toPrecision(3))} s`;
}

/** For what lies ahead, where seconds do not matter: `40 s`, `12 min`, `2 h 10 min`, `3 d 4 h`. */
export function formatSpan(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 59.5) return `${Math.max(0, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return joined(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  const hours = Math.round(minutes / 60);
  return joined(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function joined(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`;
}

/** A share of one: 0.567 is `56.7 %`. */
export function formatPercent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(share * 100).toFixed(1)} %`;
}

/** Of a measure between −1 and 1, to three places. */
export function formatCorrelation(value: number): string {
  return Number.isNaN(value) ? '–' : value.toFixed(3);
}

/** A plain number with three digits, more when it has more before the point. */
export function formatNumber(value: number): string {
  return Number.isFinite(value) ? threeDigits(value) : '–';
}

/** `120,000`: every digit of a whole number. */
export function formatWhole(value: number): string {
  return value.toLocaleString('en');
}

/** A count in thousands, millions, billions: 12,345 is `12.3k`; below ten thousand all digits. */
export function formatCount(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const sizes = ['', 'k', 'M', 'G', 'T'];
  let size = 0;
  let rest = value;
  if (Math.abs(rest) < 10_000) return String(Math.round(rest));
  while (Math.abs(rest) >= 999.5 && size < sizes.length - 1) {
    rest /= 1000;
    size++;
  }
  return `${threeDigits(rest)}${sizes[size]}`;
}

/** `4 maps`, `1 map`, or `full`. */
export function formatBudget(budget: number | null): string {
  if (budget === null) return 'full';
  return budget === 1 ? '1 map' : `${budget} maps`;
}

/** The best accuracies of a run: `60.1 %`, and of several budgets `81.2 % at full, 74.0 % at 4 maps`. */
export function bestsText(
  bests: readonly { readonly budget: number | null; readonly accuracy: number }[],
  withBudget = bests.length > 1,
): string {
  const text = bests.map(({ budget, accuracy }) =>
    withBudget ? `${formatPercent(accuracy)} at ${formatBudget(budget)}` : formatPercent(accuracy),
  );
  return text.join(', ');
}

function threeDigits(value: number): string {
  if (Math.abs(value) >= 99.95) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 9.995 ? 1 : 2);
}
