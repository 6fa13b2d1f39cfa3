const minute = 60_000;
const day = 24 * 60 * minute;

/** When something was, as short as it is clear: `just now`, `12 min ago`, `14:05`, `3 Nov`, `3 Nov 2025`. */
export function whenText(at: number, now = Date.now()): string {
  const ago = now - at;
  if (ago < minute) return 'just now';
  if (ago < 60 * minute) return `${Math.floor(ago / minute)} min ago`;
  const [then, today] = [new Date(at), new Date(now)];
  if (ago < day && then.getDate() === today.getDate()) return clock.format(then);
  return (then.getFullYear() === today.getFullYear() ? date : dateOfYear).format(then);
}

/** What was launched together, named `quickstart@<time>`, as people read it: `quickstart, 3 Nov, 14:05`. */
export function launchText(group: string, now = Date.now()): string {
  const [, name, time] = /^(.+)@([^@]+)$/.exec(group) ?? [];
  const at = new Date(time ?? NaN);
  if (Number.isNaN(at.getTime())) return group;
  const day = at.getFullYear() === new Date(now).getFullYear() ? date : dateOfYear;
  return `${name}, ${day.format(at)}, ${clock.format(at)}`;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const dateOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
