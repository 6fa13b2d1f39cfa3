import { createRouter, createWebHashHistory, type RouteRecordRaw, type Router } from 'vue-router';

/** One page each, loaded when it is first opened. */
const routes: readonly RouteRecordRaw[] = [
  { path: '/', name: 'home', meta: { title: 'Home' }, component: () => import('./pages/home/HomePage.vue') },
  {
    path: '/design',
    name: 'design',
    meta: { title: 'Design' },
    component: () => import('./pages/design/DesignPage.vue'),
  },
  {
    path: '/runs/:id',
    name: 'run',
    meta: { title: 'Run' },
    props: true,
    component: () => import('./pages/run/RunPage.vue'),
  },
  {
    path: '/compare',
    name: 'compare',
    meta: { title: 'Compare' },
    component: () => import('./pages/compare/ComparePage.vue'),
  },
  {
    path: '/server',
    name: 'server',
    meta: { title: 'Server' },
    component: () => import('./pages/server/ServerPage.vue'),
  },
  { path: '/data', name: 'data', meta: { title: 'Data' }, component: () => import('./pages/data/DataPage.vue') },
  {
    path: '/engines',
    name: 'engines',
    meta: { title: 'Engines' },
    component: () => import('./pages/engines/EnginesPage.vue'),
  },
  {
    path: '/settings',
    name: 'settings',
    meta: { title: 'Settings' },
    component: () => import('./pages/settings/SettingsPage.vue'),
  },
  { path: '/:rest(.*)', redirect: '/' },
];

/** The pages and their addresses, behind the # so that any host can serve them. */
export function createPages(): Router {
  return createRouter({ history: createWebHashHistory(), routes });
}
