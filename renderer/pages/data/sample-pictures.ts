import { onScopeDispose, shallowRef, type Ref } from 'vue';
import type { Sample } from '../../../main/api.ts';

/** A sample as the page shows it. */
export interface Picture {
  readonly label: string;
  readonly url: string;
}

/** One sample of each class, in their order, at most so many. */
export function onePerClass(samples: readonly Sample[], most: number): Sample[] {
  const first = new Map<string, Sample>();
  for (const sample of samples) if (!first.has(sample.label)) first.set(sample.label, sample);
  return [...first.values()].slice(0, most);
}

/** Pictures with addresses of their own, which are given back when the component goes. */
export function usePictures(): { readonly pictures: Readonly<Ref<readonly Picture[]>>; show(samples: Sample[]): void } {
  const pictures = shallowRef<readonly Picture[]>([]);
  const giveBack = (): void => pictures.value.forEach(({ url }) => URL.revokeObjectURL(url));
  onScopeDispose(giveBack);
  return {
    pictures,
    show(samples) {
      giveBack();
      pictures.value = samples.map(({ label, png }) => ({
        label,
        url: URL.createObjectURL(new Blob([new Uint8Array(png)], { type: 'image/png' })),
      }));
    },
  };
}
