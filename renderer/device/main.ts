import { createApp } from 'vue';
import DeviceApp from './DeviceApp.vue';
import '../styles/base.css';
import './device.css';

const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = (): void => {
  document.documentElement.dataset['theme'] = dark.matches ? 'dark' : 'light';
};
dark.addEventListener('change', follow);
follow();
createApp(DeviceApp).mount('#app');
