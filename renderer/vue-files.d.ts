/** What the linter takes components to be, which cannot read them; vue-tsc knows each one's own type. */
declare module '*.vue' {
  import type { DefineComponent } from 'vue';

  const component: DefineComponent;
  export default component;
}
