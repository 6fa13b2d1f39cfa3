import { onBeforeUnmount, readonly, ref, shallowRef, type Ref } from 'vue';

export interface Camera {
  readonly stream: Readonly<Ref<MediaStream | null>>;
  readonly starting: Readonly<Ref<boolean>>;
  /** Why there is no picture. */
  readonly problem: Readonly<Ref<string | null>>;
  start(): Promise<void>;
  stop(): void;
}

/** The camera of this device, the one that looks away from its user where there are two. */
export function useCamera(): Camera {
  const stream = shallowRef<MediaStream | null>(null);
  const starting = ref(false);
  const problem = ref<string | null>(null);

  function stop(): void {
    for (const track of stream.value?.getTracks() ?? []) track.stop();
    stream.value = null;
  }
  onBeforeUnmount(stop);

  return {
    stream,
    starting: readonly(starting),
    problem: readonly(problem),
    stop,
    async start() {
      starting.value = true;
      problem.value = null;
      try {
        const video = { facingMode: 'environment', width: { ideal: 640 }, height: { ideal: 480 } };
        const opened = await devices().getUserMedia({ video, audio: false });
        stream.value = opened;
        opened.getVideoTracks()[0].addEventListener('ended', () => {
          problem.value = 'The camera was taken away. Start it again.';
          stop();
        });
      } catch (error) {
        problem.value = reasonOf(error);
      }
      starting.value = false;
    },
  };
}

function devices(): MediaDevices {
  const { mediaDevices } = navigator as { mediaDevices?: MediaDevices };
  if (mediaDevices) return mediaDevices;
  throw new DOMException('', 'NotSupportedError');
}

const reasons: Readonly<Record<string, string>> = {
  NotAllowedError:
    'The camera was refused. Allow it for this page in the settings of the browser and start it again, or use pictures.',
  NotFoundError: 'This device has no camera. Use pictures instead.',
  NotReadableError: 'The camera is in use by another program. Close that and start it again.',
  NotSupportedError: 'This browser gives no camera to this page. Open it over https.',
  SecurityError: 'This browser gives no camera to this page. Open it over https.',
};

/** Why the browser gives no camera, by the name of its error. */
export function reasonOf(error: unknown): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return reasons[name] ?? `The camera cannot be started (${name || String(error)}). Use pictures instead.`;
}
