import {
  Boxes,
  ChartSpline,
  Cpu,
  FlaskConical,
  House,
  Images,
  PencilRuler,
  Server,
  Settings,
  Telescope,
} from '@lucide/vue';
import type { Component } from 'vue';

/** A place the rail leads to. */
export interface Destination {
  readonly name: string;
  readonly label: string;
  readonly icon: Component;
  readonly shortcut: string;
}

/** Work first, then what it rests on. */
export const destinations: readonly Destination[] = [
  { name: 'home', label: 'Home', icon: House, shortcut: 'CmdOrCtrl+Alt+1' },
  { name: 'design', label: 'Design', icon: PencilRuler, shortcut: 'CmdOrCtrl+Alt+2' },
  { name: 'compare', label: 'Compare', icon: ChartSpline, shortcut: 'CmdOrCtrl+Alt+3' },
  { name: 'searches', label: 'Searches', icon: Telescope, shortcut: 'CmdOrCtrl+Alt+9' },
  { name: 'models', label: 'Models', icon: Boxes, shortcut: 'CmdOrCtrl+Alt+4' },
  { name: 'playground', label: 'Playground', icon: FlaskConical, shortcut: 'CmdOrCtrl+Alt+5' },
  { name: 'server', label: 'Server', icon: Server, shortcut: 'CmdOrCtrl+Alt+6' },
  { name: 'data', label: 'Data', icon: Images, shortcut: 'CmdOrCtrl+Alt+7' },
  { name: 'engines', label: 'Engines', icon: Cpu, shortcut: 'CmdOrCtrl+Alt+8' },
  { name: 'settings', label: 'Settings', icon: Settings, shortcut: 'CmdOrCtrl+,' },
];
