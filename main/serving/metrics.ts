/** Counts and sums as Prometheus reads them (text format 0.0.4). */

export type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  lines(name: string): string[];
}

export interface Counter {
  add(labels: Labels, amount?: number): void;
}

export interface Histogram {
  observe(labels: Labels, value: number): void;
}

export interface Registry {
  counter(name: string, help: string): Counter;
  /** `read` is asked whenever the metrics are. */
  gauge(name: string, help: string, read: () => readonly (readonly [Labels, number])[]): void;
  /** As a counter, of what is counted elsewhere. */
  counted(name: string, help: string, read: () => number): void;
  /** `bounds`: what is at most so much, ascending; what is more goes into one without a bound. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  text(): string;
}

export function createRegistry(): Registry {
  const families = new Map<string, Family>();
  return {
    counter(name, help) {
      const { values, at } = perLabels(() => ({ total: 0 }));
      families.set(name, {
        type: 'counter',
        help,
        lines: () => [...values()].map(([labels, { total }]) => line(name, labels, total)),
      });
      return {
        add(labels, amount = 1) {
          at(labels).total += amount;
        },
      };
    },
    gauge(name, help, read) {
      families.set(name, {
        type: 'gauge',
        help,
        lines: () => read().map(([labels, value]) => line(name, labels, value)),
      });
    },
    counted(name, help, read) {
      families.set(name, { type: 'counter', help, lines: () => [line(name, {}, read())] });
    },
    histogram(name, help, bounds) {
      const { values, at } = perLabels(() => ({ counts: new Array<number>(bounds.length + 1).fill(0), sum: 0 }));
      const lines = (): string[] =>
        [...values()].flatMap(([labels, { counts, sum }]) => {
          let total = 0;
          const buckets = counts.map((count, i) => {
            total += count;
            return line(`${name}_bucket`, { ...labels, le: i < bounds.length ? String(bounds[i]) : '+Inf' }, total);
          });
          return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, total)];
        });
      families.set(name, { type: 'histogram', help, lines });
      return {
        observe(labels, value) {
          const { counts } = at(labels);
          const first = bounds.findIndex((bound) => value <= bound);
          counts[first < 0 ? bounds.length : first]++;
          at(labels).sum += value;
        },
      };
    },
    text: () =>
      [...families]
        .flatMap(([name, { type, help, lines }]) => [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...lines(name),
        ])
        .join('\n') + '\n',
  };
}

/** A value for each set of labels, in the order they were first seen. */
function perLabels<Value>(fresh: () => Value) {
  const byKey = new Map<string, readonly [Labels, Value]>();
  return {
    values: () => byKey.values(),
    at(labels: Labels): Value {
      const key = JSON.stringify(labels);
      const known = byKey.get(key) ?? ([labels, fresh()] as const);
      byKey.set(key, known);
      return known[1];
    },
  };
}

function line(name: string, labels: Labels, value: number): string {
  const inside = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${inside.length > 0 ? `{${inside.join(',')}}` : ''} ${value}`;
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');
}
