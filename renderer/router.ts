import type { Component } from 'vue';
import { createRouter, createWebHashHistory, type RouteRecordRaw, type Router } from 'vue-router';
import { toast } from './components/toasts.ts';

/** One page each, loaded when it is first opened. */
const pages = {
  home: () => import('./pages/home/HomePage.vue'),
  design: () => import('./pages/design/DesignPage.vue'),
  run: () => import('./pages/run/RunPage.vue'),
  search: () => import('./pages/search/SearchPage.vue'),
  searches: () => import('./pages/search/SearchesPage.vue'),
  launch: () => import('./pages/launch/LaunchPage.vue'),
  compare: () => import('./pages/compare/ComparePage.vue'),
  playground: () => import('./pages/playground/PlaygroundPage.vue'),
  models: () => import('./pages/models/ModelsPage.vue'),
  server: () => import('./pages/server/ServerPage.vue'),
  data: () => import('./pages/data/DataPage.vue'),
  engines: () => import('./pages/engines/EnginesPage.vue'),
  settings: () => import('./pages/settings/SettingsPage.vue'),
};

function page(name: keyof typeof pages, path: string, title: string): RouteRecordRaw {
  return { path, name, meta: { title }, props: true, component: () => load(pages[name]) };
}

async function load(from: () => Promise<{ default: Component }>): Promise<Component> {
  try {
    return (await from()).default;
  } catch (cause) {
    throw new Error('The lab did not send this page. Open it again when the lab can be reached.', { cause });
  }
}

const routes: readonly RouteRecordRaw[] = [
  page('home', '/', 'Home'),
  page('design', '/design', 'Design'),
  page('run', '/runs/:id', 'Run'),
  page('launch', '/launches/:group', 'Launch'),
  page('searches', '/searches', 'Searches'),
  page('search', '/searches/:id', 'Search'),
  page('compare', '/compare', 'Compare'),
  page('playground', '/playground', 'Playground'),
  page('models', '/models', 'Models'),
  page('server', '/server', 'Server'),
  page('data', '/data', 'Data'),
  page('engines', '/engines', 'Engines'),
  page('settings', '/settings', 'Settings'),
  { path: '/:rest(.*)', redirect: '/' },
];

/** The pages and their addresses, behind the # so that any host can serve them. */
export function createPages(): Router {
  const router = createRouter({ history: createWebHashHistory(), routes });
  router.onError((error: Error) => toast('bad', error.message));
  return router;
}

/** Loads all pages once the first is there, so that each of them opens also while the lab is away. */
export async function loadPages(router: Router): Promise<void> {
  await router.isReady();
  await Promise.allSettled(Object.values(pages).map((from) => from()));
}
