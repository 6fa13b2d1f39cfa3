/** Listeners of an element that is dragged: it holds the pointer from press to release. */
export interface DragListeners {
  readonly onPointerdown: (event: PointerEvent) => void;
  readonly onPointermove: (event: PointerEvent) => void;
  readonly onPointerup: (event: PointerEvent) => void;
  readonly onPointercancel: (event: PointerEvent) => void;
}

/** Calls `move` at every place the pointer is dragged to, and `end` when it is let go. */
export function dragListeners(
  move: (event: PointerEvent) => void,
  { start, end }: { start?: (event: PointerEvent) => void; end: () => void },
): DragListeners {
  const holds = (event: PointerEvent): boolean =>
    (event.currentTarget as HTMLElement).hasPointerCapture(event.pointerId);
  const release = (event: PointerEvent): void => {
    if (holds(event)) (event.currentTarget as HTMLElement).releasePointerCapture(event.pointerId);
    end();
  };
  return {
    onPointerdown: (event) => {
      if (event.button !== 0) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      start?.(event);
    },
    onPointermove: (event) => {
      if (holds(event)) move(event);
    },
    onPointerup: release,
    onPointercancel: release,
  };
}
