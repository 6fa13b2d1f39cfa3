/**
 * How many deviations above the mean 95 of 100 requests stay below. It is learned: a request that took longer than foretold
 * widens the margin, any other narrows it a little, until the wanted share is late (quantile tracking: A. Angelopoulos,
 * E. Candès, R. Tibshirani, "Conformal PID control for time series prediction", 2023). Half of the five in a hundred are left
 * for links that change.
 */
export interface Margin {
  deviations(): number;
  learn(late: boolean): void;
}

// Set by `npm run bench:choice`, seeds 1 to 4 (made traces, so whatever the machine), November 2026.
const shareLate = 0.025;
const step = 0.4;
const fewest = 0.8;
const most = 4;

export function margin(): Margin {
  let deviations = 2;
  return {
    deviations: () => deviations,
    learn(late) {
      const next = deviations + step * ((late ? 1 : 0) - shareLate);
      deviations = Math.min(most, Math.max(fewest, next));
    },
  };
}
