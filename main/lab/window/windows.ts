import type { LabEvents, LabInfo, Notice } from '../../api.ts';

/** What the lab knows of a window that is connected. */
export interface LabWindow {
  readonly kind: LabInfo['host'];
  /** By which its browser is known, if it is in one. */
  readonly browser?: string | undefined;
  readonly events: LabEvents;
  /** Whether it still has to take what it was sent: metrics wait until it has. */
  busy(): boolean;
}

/** All windows that are connected. */
export interface Windows {
  readonly count: number;
  add(window: LabWindow): void;
  remove(window: LabWindow): void;
  /** Tells all of them something. */
  emit<Event extends keyof LabEvents>(event: Event, ...details: Parameters<LabEvents[Event]>): void;
}

const noticesKept = 20;

export function openWindows(): Windows {
  const windows = new Set<LabWindow>();
  // What happened while nobody looked is told to the next who comes.
  let missed: Notice[] = [];
  return {
    get count() {
      return windows.size;
    },
    add: (window) => {
      windows.add(window);
      for (const notice of missed) window.events.notice(notice);
      missed = [];
    },
    remove: (window) => void windows.delete(window),
    emit: (event, ...details) => {
      for (const { events } of windows) Reflect.apply(events[event], events, details);
      if (event === 'notice' && windows.size === 0) missed = [...missed, details[0] as Notice].slice(-noticesKept);
    },
  };
}
