import { createPinia } from 'pinia';
import { createApp } from 'vue';
import App from './App.vue';
import { connectLab, labKey } from './lab/index.ts';
import { createPages } from './router.ts';
import './styles/base.css';
import './styles/menu.css';

createApp(App).provide(labKey, connectLab()).use(createPinia()).use(createPages()).mount('#app');
