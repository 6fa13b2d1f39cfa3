import { nextTick } from 'vue';

const controls = 'input, textarea, [role=combobox], [role=switch], [role=slider]';

/** Brings the field of a path into sight and puts the keyboard there; the nearest one around it where it has none. */
export async function jumpTo(root: HTMLElement, path: string): Promise<void> {
  await nextTick();
  const found = fieldFor(root, path);
  if (!found) return;
  found.closest('details')?.setAttribute('open', '');
  found.scrollIntoView({ block: 'center' });
  const control = found.matches(controls) ? found : found.querySelector<HTMLElement>(controls);
  control?.focus({ preventScroll: true });
}

function fieldFor(root: HTMLElement, path: string): HTMLElement | null {
  const keys = path.split('.');
  for (let length = keys.length; length > 0; length--) {
    const found = root.querySelector<HTMLElement>(`[data-path="${CSS.escape(keys.slice(0, length).join('.'))}"]`);
    if (found) return found;
  }
  return null;
}
