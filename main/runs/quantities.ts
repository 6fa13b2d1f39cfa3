import type { Budget } from '../training/records.ts';

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

/** A share of one: 0.567 is `56.7 %`. */
export function formatPercent(share: number): string {
  return Number.isNaN(share) ? '–' : `${(share * 100).toFixed(1)} %`;
}

/** A plain number with three digits, more when it has more before the point. */
export function formatNumber(value: number): string {
  return Number.isFinite(value) ? threeDigits(value) : '–';
}

/** `4 maps`, `1 map`, or `full`. */
export function formatBudget(budget: Budget): string {
  if (budget === null) return 'full';
  return budget === 1 ? '1 map' : `${budget} maps`;
}

function threeDigits(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value.toFixed(value >= 9.995 ? 1 : 2);
}
