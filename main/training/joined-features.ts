import type { Features, Selection } from '../offload/protocol/messages.ts';

/** Features of several requests for one half as one batch, in their order. */
export function joinFeatures(requests: readonly Features[]): Features {
  const [first] = requests;
  if (requests.length === 1) return first;
  if (!requests.every(({ selection }) => isSame(selection, first.selection))) return scatterFeatures(requests);
  const maps = new Float32Array(requests.reduce((sum, request) => sum + request.maps.length, 0));
  let at = 0;
  for (const request of requests) {
    maps.set(request.maps, at);
    at += request.maps.length;
  }
  return { ...first, shape: joinedShape(requests), maps };
}

/**
 * Features of requests whose gates may keep different maps: the masked maps are scattered into the union of all that are
 * kept, and are zero where a request has none.
 */
export function scatterFeatures(requests: readonly Features[]): Features {
  const [first] = requests;
  const kept = unionOfMaps(requests);
  const shape = joinedShape(requests);
  const maps = new Float32Array(shape[0] * places(first) * kept.length);
  let at = 0;
  for (const request of requests) {
    const { columns, mask } = columnsOf(request, kept);
    for (let from = 0; from < request.maps.length; from += columns.length, at += kept.length) {
      for (let b = 0; b < columns.length; b++) maps[at + columns[b]] = request.maps[from + b] * mask[b];
    }
  }
  const { total } = first;
  return { maps, shape, total, selection: first.selection && { kept, mask: new Float32Array(kept.length).fill(1) } };
}

function joinedShape(requests: readonly Features[]): Features['shape'] {
  return [samplesOf(requests), requests[0].shape[1], requests[0].shape[2]];
}

export function samplesOf(requests: readonly Features[]): number {
  return requests.reduce((sum, { shape }) => sum + shape[0], 0);
}

export function places({ shape: [, height, width] }: Features): number {
  return height * width;
}

/** Kept maps of all requests, ascending; all maps where there is no selection. */
export function unionOfMaps(requests: readonly Features[]): number[] {
  const [{ selection, total }] = requests;
  if (!selection) return Array.from({ length: total }, (_, k) => k);
  return [...new Set(requests.flatMap((request) => request.selection?.kept ?? []))].sort((a, b) => a - b);
}

/** Where a request's maps lie in the union, and what they are multiplied with. */
export function columnsOf(
  { selection, total }: Features,
  kept: readonly number[],
): { columns: number[]; mask: Float32Array } {
  if (!selection) return { columns: [...kept], mask: new Float32Array(total).fill(1) };
  return { columns: selection.kept.map((k) => kept.indexOf(k)), mask: selection.mask };
}

function isSame(a: Selection | null, b: Selection | null): boolean {
  if (!a || !b) return a === b;
  return a.kept.length === b.kept.length && a.kept.every((k, i) => k === b.kept[i] && a.mask[i] === b.mask[i]);
}
