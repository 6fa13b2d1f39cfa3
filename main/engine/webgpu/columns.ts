/**
 * How sums over the rows of a matrix [rows, maps] are cut: a workgroup takes 16 neighbouring maps, 16 rows at a time. Each
 * adds the rows of its chunk; who needs the whole adds the chunks, in their order.
 */
export const side = 16;
export const threads = [side, side] as const;

/** A chunk is worth a workgroup from so many rows: November 2026, not yet measured on a GPU. */
const leastRows = 128;
const mostChunks = 64;

export interface Chunks {
  readonly rows: number;
  readonly maps: number;
  readonly mapGroups: number;
  readonly chunkRows: number;
  readonly chunks: number;
}

export function chunksOf(size: number, maps: number): Chunks {
  const rows = size / maps;
  const chunkRows = Math.max(leastRows, Math.ceil(rows / mostChunks / side) * side);
  return { rows, maps, mapGroups: Math.ceil(maps / side), chunkRows, chunks: Math.ceil(rows / chunkRows) };
}

/** The map of a thread, and the rows [chunk · chunkRows, end) of its workgroup. */
export const place = `
  let map = (group % u.mapGroups) * ${side} + local.x;
  let chunk = group / u.mapGroups;
  let end = min(u.rows, (chunk + 1) * u.chunkRows);`;

/** Adds the vec2 that each thread has in `mine`, over the rows of the workgroup; memory for it, and what all threads do. */
export const pairMemory = `var<workgroup> pairs: array<vec2<f32>, ${side * side}>;`;
export const addPairs = reduce('pairs', 'mine', 'pairs[thread] + pairs[thread + apart]');

/** Joins what the rows of a workgroup have of each map, halving the rows that are left; ends in the first one. */
export function reduce(memory: string, mine: string, joined: string): string {
  return `
  ${memory}[thread] = ${mine};
  for (var apart = ${(side * side) / 2}; apart >= ${side}; apart = apart / 2) {
    workgroupBarrier();
    if (thread < apart) { ${memory}[thread] = ${joined}; }
  }
  workgroupBarrier();`;
}
