/** The projects there are: of the runs, and the one that new runs go to, by the alphabet. */
export function projectsOf(runs: readonly { readonly project: string }[], current: string): string[] {
  return [...new Set([current, ...runs.map(({ project }) => project)])].sort((a, b) => a.localeCompare(b));
}
