import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { connectLab, labKey } from './lab/index.ts';
import { createPages, loadPages } from './router.ts';
import './styles/base.css';
import './styles/menu.css';

const pages = createPages();
createApp(App).provide(labKey, connectLab()).use(createPinia()).use(pages).mount('#app');
void loadPages(pages);
