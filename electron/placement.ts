import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const smallest = { width: 960, height: 640 };

const placementSchema = z.object({
  x: z.int().optional(),
  y: z.int().optional(),
  width: z.int().positive().default(1280),
  height: z.int().positive().default(800),
  maximized: z.boolean().default(false),
});

/** Where the window is when it is not maximised, in the screen's own units. */
export type Placement = z.infer<typeof placementSchema>;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where the window was when it was last closed; the usual place if that is not known. */
export function readPlacement(file: string): Placement {
  try {
    return placementSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return placementSchema.parse({});
  }
}

/** Losing it only costs the user's arrangement, so failing to write is no error. */
export function writePlacement(file: string, placement: Placement): void {
  try {
    writeFileSync(file, JSON.stringify(placement));
  } catch (error) {
    console.warn('The place of the window could not be kept.', error);
  }
}

/** The same on the screens there are now: no larger than the one it is on, and centred if it is on none. */
export function fitPlacement(placement: Placement, screens: readonly Area[]): Placement {
  const { x, y, maximized } = placement;
  const at = x === undefined || y === undefined ? undefined : { ...placement, x, y };
  const screen = at && screens.find((area) => overlap(at, area) >= 64);
  const room = screen ?? screens[0] ?? placement;
  const size = {
    width: Math.max(smallest.width, Math.min(placement.width, room.width)),
    height: Math.max(smallest.height, Math.min(placement.height, room.height)),
    maximized,
  };
  const stays = screen && at && overlap({ ...at, ...size }, screen) >= 64;
  return stays ? { ...size, x: at.x, y: Math.max(at.y, screen.y) } : size;
}

/** How many units of the window's top edge, by which it is moved, are on a screen. */
function overlap(window: Area, screen: Area): number {
  const wide = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x);
  return window.y >= screen.y - 32 && window.y < screen.y + screen.height - 32 ? wide : 0;
}

/** The window is laid out for no less. */
export const minimum = { minWidth: smallest.width, minHeight: smallest.height };
