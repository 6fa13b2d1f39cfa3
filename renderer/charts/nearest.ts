/**
 * The point nearest to a place on the axes, measured as both are drawn, where it is within `reach` of it: a share of the
 * way from the least to the greatest.
 */
export function nearestPoint<Point>(
  points: readonly Point[],
  placeOf: (point: Point) => readonly [x: number, y: number],
  [x, y]: readonly [x: number, y: number],
  { logX, reach }: { readonly logX: boolean; readonly reach: number },
): Point | null {
  const scale = (value: number): number => (logX ? Math.log(value) : value);
  const places = points.map((point) => ({ point, place: placeOf(point) }));
  const across = spread(places.map(({ place }) => scale(place[0])));
  const up = spread(places.map(({ place }) => place[1]));
  const [near] = places
    .map(({ point, place }) => ({ point, off: Math.hypot((scale(place[0]) - scale(x)) / across, (place[1] - y) / up) }))
    .sort((a, b) => a.off - b.off);
  return near && near.off <= reach ? near.point : null;
}

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values) || 1;
}
