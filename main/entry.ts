/**
 * How to start a worker or process of Sluice whose module sits beside the caller: built code as it is,
 * sources (tests, development) through tsx.
 */
export function entry(base: string, path: string): { url: URL; execArgv: string[] } {
  const source = base.endsWith('.ts');
  return {
    url: new URL(source ? path : path.replace(/\.ts$/, '.js'), base),
    execArgv: source ? ['--import', 'tsx'] : [],
  };
}
