import { onBeforeUnmount, readonly, ref, shallowRef, type Ref } from 'vue';
import type { OpenDeviceEngine } from '../engine/engine.ts';
import { messageOf } from '../../../main/errors.ts';
import { startDevice } from '../remote.ts';
import type { Choosing, Classified, OpenedSet } from './device.ts';
import type { SetImage } from './served-set.ts';

export interface DeviceState {
  readonly engine: Readonly<Ref<OpenDeviceEngine | null>>;
  readonly set: Readonly<Ref<OpenedSet | null>>;
  /** What goes on before the set is open. */
  readonly progress: Readonly<Ref<string>>;
  /** Why nothing goes on. */
  readonly failure: Readonly<Ref<string | null>>;
  /** Why the last image has no answer. */
  readonly problem: Readonly<Ref<string | null>>;
  readonly result: Readonly<Ref<Classified | null>>;
  readonly images: Readonly<Ref<readonly SetImage[]>>;
  open(): Promise<void>;
  choose(how: Choosing): Promise<void>;
  /** Answers an image; one that comes while another is answered waits, and only the latest does. */
  classify(image: Uint8Array): Promise<void>;
}

/** The worker of this page, its model set and its latest answer. */
export function useDevice(token: string): DeviceState {
  const engine = shallowRef<OpenDeviceEngine | null>(null);
  const set = shallowRef<OpenedSet | null>(null);
  const progress = ref('Starting the engine');
  const failure = ref<string | null>(null);
  const problem = ref<string | null>(null);
  const result = shallowRef<Classified | null>(null);
  const images = shallowRef<readonly SetImage[]>([]);
  const device = startDevice({ note: (text) => void (progress.value = text), progress: () => undefined });
  let busy = false;
  let next: Uint8Array | null = null;
  onBeforeUnmount(() => device.$close());

  async function open(): Promise<void> {
    failure.value = null;
    try {
      engine.value ??= await device.engine(engineAsked());
      progress.value = 'Asking the server for its model set';
      set.value = await device.open({ base: new URL('.', location.href).href, token });
    } catch (error) {
      failure.value = messageOf(error);
      return;
    }
    // The page is of use without them.
    images.value = await device.images().catch(() => []);
  }

  async function classify(image: Uint8Array): Promise<void> {
    next = image;
    if (busy) return;
    busy = true;
    for (let current = take(); current; current = take()) {
      try {
        result.value = await device.classify(current);
        problem.value = null;
      } catch (error) {
        problem.value = messageOf(error);
      }
    }
    busy = false;
  }

  function take(): Uint8Array | null {
    const taken = next;
    next = null;
    return taken;
  }

  return {
    engine,
    set,
    progress: readonly(progress),
    failure: readonly(failure),
    problem: readonly(problem),
    result,
    images,
    open,
    choose: (how) => device.choose(how),
    classify,
  };
}

/** `?engine=wasm` takes another than the best, to compare. */
function engineAsked(): 'auto' | 'webgpu' | 'wasm' | 'script' {
  const asked = new URLSearchParams(location.search).get('engine');
  return asked === 'webgpu' || asked === 'wasm' || asked === 'script' ? asked : 'auto';
}
