import {
  computed,
  inject,
  onScopeDispose,
  provide,
  shallowRef,
  watch,
  type ComputedRef,
  type InjectionKey,
  type Ref,
} from 'vue';
import type { Design, Examination, Experiment, JsonSchema, MethodName, NetworkDescription } from '../../../main/api.ts';
import { merge } from '../../../main/fields.ts';
import { useLab } from '../../lab/index.ts';
import { useDraft } from '../../stores/draft.ts';
import { useLaunchServer } from '../../stores/launch-server.ts';
import { defaultMethod } from '../../stores/methods.ts';
import { problemSentence } from './fields.ts';
import { fieldSchema, variantFields, type FieldSchema } from './schema.ts';
import { providePendingTexts, type PendingText } from '../../components/typing-problem.ts';
import { valueAt } from './sparse.ts';
import { useExaminations, type Examinations } from './useExaminations.ts';

/** Everything the parts of the page share about the experiment that is being designed. */
export interface DesignContext extends Examinations {
  readonly draft: ReturnType<typeof useDraft>;
  readonly server: ReturnType<typeof useLaunchServer>;
  readonly schema: Readonly<Ref<JsonSchema | null>>;
  /** What holds where the user says nothing, for the method chosen; null until the lab has said it. */
  readonly defaults: ComputedRef<Experiment | null>;
  /** The defaults with what the user says on top, as the lab will read it. */
  readonly experiment: ComputedRef<Experiment | null>;
  readonly examination: ComputedRef<Examination | null>;
  /** What is typed into fields and cannot be taken. */
  readonly pending: ComputedRef<readonly PendingText[]>;
  /** As last known, while a wrong field keeps the lab from telling. */
  readonly network: Readonly<Ref<NetworkDescription | null>>;
  readonly design: Readonly<Ref<Design | null>>;
  valueOf(path: string): unknown;
  isSet(path: string): boolean;
  /** What is wrong with a field, or with a part of it, as a sentence. */
  errorAt(path: string): string | null;
  fieldSchemaOf(path: string): FieldSchema | null;
  /** What stands beside the name of what is called so, as the parameters of a codec do. */
  variantFieldsOf(path: string, name: string): Readonly<Record<string, FieldSchema>>;
  /** The defaults of any method. */
  defaultsOf(method: MethodName): Promise<Experiment | null>;
}

const designKey: InjectionKey<DesignContext> = Symbol('design');

export function useDesign(): DesignContext {
  const context = inject(designKey);
  if (!context) throw new Error('No design was provided.');
  return context;
}

export function provideDesign(): DesignContext {
  const lab = useLab();
  const draft = useDraft();
  const server = useLaunchServer();
  const examinations = useExaminations(computed(() => draft.entries));
  const schema = shallowRef<JsonSchema | null>(null);
  const byMethod = shallowRef<ReadonlyMap<MethodName, Experiment>>(new Map());
  const method = computed<MethodName>(() => draft.input.method ?? defaultMethod);

  async function defaultsOf(wanted: MethodName): Promise<Experiment | null> {
    const known = byMethod.value.get(wanted);
    if (known) return known;
    const { experiment } = await lab.api.examine({ method: wanted });
    if (experiment) byMethod.value = new Map([...byMethod.value, [wanted, experiment]]);
    return experiment;
  }

  const forget = (): void => {
    byMethod.value = new Map();
    void defaultsOf(method.value).catch(() => undefined);
  };
  const begin = (): void => {
    void lab.api.experimentSchema().then(
      (found) => (schema.value = found),
      () => undefined,
    );
    forget();
  };
  onScopeDispose(lab.onReady(begin));
  onScopeDispose(lab.on('settings', forget));
  watch(method, (wanted) => void defaultsOf(wanted).catch(() => undefined));

  const defaults = computed(() => byMethod.value.get(method.value) ?? null);
  const experiment = computed(() => defaults.value && merge<Experiment>(defaults.value, draft.input));
  const examination = computed(() => examinations.answers.value.get(draft.active.key)?.examination ?? null);
  const network = shallowRef<NetworkDescription | null>(null);
  const design = shallowRef<Design | null>(null);
  watch(
    [() => draft.active.key, examination] as const,
    ([key, now], [keyBefore]) => {
      const kept = key === keyBefore;
      network.value = now?.network ?? (kept ? network.value : null);
      design.value = now?.design ?? (kept ? design.value : null);
    },
    { immediate: true },
  );

  const context: DesignContext = {
    ...examinations,
    draft,
    server,
    schema,
    defaults,
    experiment,
    examination,
    pending: providePendingTexts(),
    network,
    design,
    valueOf: (path) => valueAt(experiment.value, path),
    isSet: (path) => valueAt(draft.input, path) !== undefined,
    errorAt: (path) => {
      const problems = examination.value ? server.problemsOf(examination.value) : [];
      const found = problems.find((problem) => problem.path === path);
      return found ? problemSentence(path, found.text) : null;
    },
    fieldSchemaOf: (path) => schema.value && fieldSchema(schema.value, path),
    variantFieldsOf: (path, name) => (schema.value ? variantFields(schema.value, path, name) : {}),
    defaultsOf,
  };
  provide(designKey, context);
  return context;
}
