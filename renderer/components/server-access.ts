import { computed, reactive, shallowRef, type ComputedRef, type Ref } from 'vue';
import type { LabError, ServerAccess, ServerPlace } from '../../main/api.ts';

/** What a server's certificate is trusted by. */
export type Trust = 'system' | 'fingerprint' | 'ca';

const fields = ['url', 'token', 'fingerprint', 'ca'] as const;
type Field = (typeof fields)[number];

/** The form that says how to reach an offload server elsewhere. What is wrong is said beside the field it is about. */
export interface ServerForm {
  readonly values: { url: string; token: string; trust: Trust; fingerprint: string; ca: string; insecure: boolean };
  /** Only with TLS is there a certificate to trust. */
  readonly encrypted: ComputedRef<boolean>;
  /** What has to be filled in still. */
  readonly missing: ComputedRef<readonly Field[]>;
  /** Fills it in anew, all but the token, which nobody keeps. */
  begin(place: ServerPlace | null): void;
  access(): ServerAccess;
  /** Shows what the lab said of it, or nothing. */
  show(problem: LabError | null): void;
  readonly problem: Readonly<Ref<LabError | null>>;
  errorOf(field: Field): string | null;
  /** What is wrong with no field in sight. */
  readonly general: ComputedRef<string | null>;
}

/** Whether what the lab said is about a field of the form. */
export function isAboutServer({ path }: LabError): boolean {
  return fields.some((field) => field === path);
}

export function createServerForm(): ServerForm {
  const empty = { url: '', token: '', trust: 'system', fingerprint: '', ca: '', insecure: false } as const;
  const values = reactive<ServerForm['values']>({ ...empty });
  const problem = shallowRef<LabError | null>(null);
  const encrypted = computed(() => !/^ws:/i.test(values.url.trim()));
  const trusted = computed(() => (encrypted.value ? values.trust : 'system'));

  return {
    values,
    encrypted,
    missing: computed(() => {
      const wanted: Field[] = ['url', 'token', ...(trusted.value === 'system' ? [] : [trusted.value])];
      return wanted.filter((field) => values[field].trim() === '');
    }),
    begin(place) {
      const { url = '', fingerprint = '', ca = '' } = place ?? {};
      const trust = fingerprint !== '' ? 'fingerprint' : ca !== '' ? 'ca' : 'system';
      Object.assign(values, { ...empty, url, trust, fingerprint, ca });
      problem.value = null;
    },
    access: () => ({
      url: values.url.trim(),
      token: values.token.trim(),
      ...(trusted.value === 'system' ? {} : { [trusted.value]: values[trusted.value].trim() }),
      ...(!encrypted.value && values.insecure ? { insecure: true } : {}),
    }),
    problem,
    show(found) {
      problem.value = found;
      // Where the certificate is not trusted, its fingerprint is the nearest way.
      if (found?.path === 'fingerprint' && values.trust === 'system') values.trust = 'fingerprint';
    },
    errorOf: (field) => (problem.value?.path === field ? problem.value.message : null),
    general: computed(() => (problem.value && !isAboutServer(problem.value) ? problem.value.message : null)),
  };
}
