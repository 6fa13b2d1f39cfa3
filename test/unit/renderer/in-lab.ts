import { mount, type VueWrapper } from '@vue/test-utils';
import { createPinia, setActivePinia } from 'pinia';
import { TooltipProvider } from 'reka-ui';
import { defineComponent, h, type Component } from 'vue';
import { createMemoryHistory, createRouter, type Router } from 'vue-router';
import { labKey } from '../../../renderer/lab/index.ts';
import { fakeLab, type FakeLab } from '../../support/fake-lab.ts';

export interface InLab {
  readonly wrapper: VueWrapper;
  readonly fake: FakeLab;
  readonly router: Router;
  /** Waits for what was asked of the lab to be shown. */
  settle(): Promise<void>;
}

interface Options {
  readonly fake?: FakeLab;
  readonly props?: Record<string, unknown>;
  readonly route?: string;
}

/** Mounts a component into the page as the window would: with a lab, stores, pages and tooltips. */
export async function mountInLab(component: Component, options: Options = {}): Promise<InLab> {
  const { fake = fakeLab(), props = {}, route = '/' } = options;
  const pinia = createPinia();
  setActivePinia(pinia);
  const blank = defineComponent({ render: () => null });
  const names = ['home', 'design', 'compare', 'models', 'server', 'data', 'engines', 'settings'];
  const router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'home', component: blank },
      ...names.slice(1).map((name) => ({ path: `/${name}`, name, component: blank })),
      { path: '/runs/:id', name: 'run', component: blank },
      { path: '/launches/:group', name: 'launch', component: blank },
      { path: '/searches', name: 'searches', component: blank },
      { path: '/searches/:id', name: 'search', component: blank },
    ],
  });
  await router.push(route);
  const wrapper = mount(defineComponent({ render: () => h(TooltipProvider, () => h(component, props)) }), {
    attachTo: document.body,
    global: { plugins: [pinia, router], provide: { [labKey as symbol]: fake.lab } },
  });
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
  await settle();
  return { wrapper, fake, router, settle };
}

/** The button of this name, anywhere in the page. */
export function button(name: string | RegExp): HTMLButtonElement {
  const found = [...document.querySelectorAll<HTMLButtonElement>('button, [role=menuitem], [role=radio]')].find(
    (one) => {
      const label = (one.getAttribute('aria-label') ?? one.textContent ?? '').trim().replace(/\s+/g, ' ');
      return typeof name === 'string' ? label === name : name.test(label);
    },
  );
  if (!found) throw new Error(`There is no button ${String(name)}.`);
  return found;
}

/** All there is to read in the page, dialogs included. */
export function pageText(): string {
  return (document.body.textContent ?? '').replace(/\s+/g, ' ');
}

/** happy-dom lays nothing out: gives every element this size, so that virtual lists have room, until what it returns. */
export function giveSize(width: number, height: number): () => void {
  const sizes = { offsetWidth: width, offsetHeight: height, clientHeight: height };
  const prototype = HTMLElement.prototype as object;
  const before = Object.keys(sizes).map((name) => [name, Object.getOwnPropertyDescriptor(prototype, name)] as const);
  for (const [name, size] of Object.entries(sizes)) {
    Object.defineProperty(prototype, name, { configurable: true, get: () => size });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(prototype, name, descriptor);
      else Reflect.deleteProperty(prototype, name);
    }
  };
}

/** Types into the field with this label. */
export async function typeInto({ settle }: InLab, label: RegExp, text: string): Promise<void> {
  const found = [...document.querySelectorAll('label')].find(({ textContent }) => label.test(textContent ?? ''));
  const input = document.getElementById(found?.htmlFor ?? '') as HTMLInputElement;
  input.value = text;
  input.dispatchEvent(new Event('input', { bubbles: true }));
  await settle();
}
