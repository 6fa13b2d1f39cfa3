import { heldOutOf } from '../../data/held-out.ts';
import { experimentSchema, type Experiment } from './experiment.ts';
import { hasFields, merge } from '../../fields.ts';
import { defaultMethod, isMethodName, methodNamed } from '../../training/methods/table.ts';
import { gateFits } from '../../training/methods/method.ts';
import { enginesOf } from './engines.ts';
import { searchProblems } from '../search/problems.ts';
import { sweepProblems } from '../sweep/problems.ts';
import { problem, problemsOf, throwProblems, type Problem } from './problems.ts';

/**
 * A whole experiment from what a file, flags or a form say, with the defaults of its method filled in. Throws one
 * SluiceError (`bad-experiment`) naming path, value and expectation of everything that is wrong.
 */
export function parseExperiment(input: unknown): Experiment {
  const { experiment, problems } = readExperiment(input);
  throwProblems('The experiment', problems);
  return experiment!;
}

/** The same without throwing: what is wrong, and the experiment as far as every single field can be read. */
export function readExperiment(input: unknown): { experiment: Experiment | null; problems: Problem[] } {
  const parsed = experimentSchema.safeParse(withMethodDefaults(input), { reportInput: true });
  return parsed.success
    ? { experiment: parsed.data, problems: contradictions(parsed.data) }
    : { experiment: null, problems: problemsOf(parsed.error, experimentSchema) };
}

function withMethodDefaults(input: unknown): unknown {
  if (!hasFields(input)) return input;
  // What an export says of the images is no setting.
  const settings = Object.fromEntries(Object.entries(input).filter(([key]) => key !== '$input'));
  // The same as left out, so that what looks at it need know one way to say none.
  if (settings['validation'] === 0) delete settings['validation'];
  const { method = defaultMethod } = settings;
  return isMethodName(method) ? merge({ name: method, ...methodNamed(method).defaults }, settings) : settings;
}

/** What no single field shows. Whether it suits network and data set is up to checkExperiment. */
function contradictions(experiment: Experiment): Problem[] {
  const { dataset, validation, batchSize, seeds, sweep, search } = experiment;
  const problems = [
    ...budgetOrder(experiment),
    ...moduleOfMethod(experiment),
    ...gateOfMethod(experiment),
    ...withinOneProcess(experiment),
    ...earlyEnds(experiment),
  ];
  const seen = new Set<number>();
  seeds.forEach((seed, i) => {
    if (seen.has(seed)) problems.push(problem(`seeds.${i}`, seed, 'every seed once'));
    seen.add(seed);
  });
  if (dataset.trainSamples !== undefined) {
    const held = heldOutOf(dataset.trainSamples, validation);
    const [most, less] = [dataset.trainSamples - held, held > 0 ? ` less the ${held} held out` : ''];
    if (batchSize > most)
      problems.push(problem('batchSize', batchSize, `at most dataset.trainSamples${less}, ${most}`));
  }
  if (sweep) problems.push(...sweepProblems(sweep));
  if (search) problems.push(...searchProblems(search, experiment));
  return problems;
}

function budgetOrder({ method, phases }: Experiment): Problem[] {
  const { order } = methodNamed(method);
  if (!order?.required) return [];
  const rises = order.direction === 'rising';
  const sizes = phases.map(({ budget }) =>
    typeof budget === 'object' ? budget.bytes : budget === 'full' ? Infinity : budget,
  );
  // Bytes compare with maps once it is known what a map takes: see orderProblems.
  const alike = (i: number): boolean =>
    (typeof phases[i].budget === 'object') === (typeof phases[i - 1].budget === 'object');
  const at = sizes.findIndex((size, i) => i > 0 && alike(i) && (rises ? size <= sizes[i - 1] : size >= sizes[i - 1]));
  if (at < 0) return [];
  const wanted = rises
    ? `more than the phase before, since ${method} goes up`
    : `less than the phase before, since ${method} goes down`;
  return [problem(`phases.${at}.budget`, phases[at].budget, wanted)];
}

function moduleOfMethod({ method, split }: Experiment): Problem[] {
  const { module, elsewhere } = methodNamed(method);
  if (!module && split.module) return [problem('split.module', split.module, `null, since ${method} has no module`)];
  if (module && !split.module) {
    return [
      problem('split.module', null, `a module, since ${method} has a gate; without one the method is plain-split`),
    ];
  }
  if (elsewhere !== null && split.layer > 1)
    return [problem('split.layer', split.layer, `0, since ${method} sends the image`)];
  return [];
}

function gateOfMethod({ method, gate, split }: Experiment): Problem[] {
  if (!split.module) return [];
  const named = methodNamed(method);
  if (gateFits(named, gate.name)) return [];
  const { gate: only } = named;
  const expected =
    only === undefined ? `a gate that chooses, since ${method} has budgets` : `${only}, since ${method} has no gate`;
  return [problem('gate.name', gate.name, expected)];
}

/** When phases end early: sources that train one server half end together, those with halves of their own would not. */
function earlyEnds({ stop, sources }: Experiment): Problem[] {
  if (!stop) return [];
  const alone = sources.count > 1 && sources.serverHalf === 'own';
  return [
    ...(Object.values(stop).every((limit) => limit === undefined)
      ? [problem('stop', stop, 'patience, accuracy or bytes, or nothing at all')]
      : []),
    ...(alone ? [problem('sources.serverHalf', 'own', 'shared with stop, so that all sources end together')] : []),
  ];
}

/** What takes processes of their own; in one it would go unheeded. */
function withinOneProcess({ processes, sources, link, engine }: Experiment): Problem[] {
  if (processes === 'separate') return [];
  const { client, server } = enginesOf({ engine });
  const one = 'with both halves in one process';
  return [
    ...(sources.count > 1 ? [problem('sources.count', sources.count, `1 ${one}`)] : []),
    ...(sources.cpuShare < 1 ? [problem('sources.cpuShare', sources.cpuShare, `1 ${one}`)] : []),
    ...(sources.threads === undefined
      ? []
      : [problem('sources.threads', sources.threads, `nothing ${one}: set threads instead`)]),
    ...(link === null ? [] : [problem('link', link, `null ${one}`)]),
    ...(client === server ? [] : [problem('engine', engine, `the same for client and server ${one}`)]),
  ];
}
