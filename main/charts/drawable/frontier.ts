import { bestScore, bytesBy, reachedBy } from '../achievement.ts';
import { spreadOf, type Spread } from '../comparison/spread.ts';
import type { TrainingData } from '../data.ts';
import { lookIndex, type Looks } from './looks.ts';

/** What a frontier knows of a run beside its records. */
export interface FrontierFacts {
  readonly run: string;
  readonly method: string;
  /** Whether its method, at the full budget from new weights on, is what others are measured against. */
  readonly isBaseline: boolean;
  /** Whether maps cross the network through a compression module. */
  readonly hasModule: boolean;
  /** Of its budgets in their order. */
  readonly codecs: string;
  /** The same for runs of one network on the same images. */
  readonly comparable: string;
  /** Planned ones of each of its trainings, all phases together. */
  readonly epochs: readonly number[];
  readonly dataset: string;
  /** Of the images it trains on, each sent once as it is, a byte a value; null where its data set is not here. */
  readonly rawBytes: number | null;
}

/** What the seeds of a setting paid for the accuracy asked for. */
export interface FrontierRow {
  readonly id: string;
  readonly run: string;
  readonly family: string;
  readonly look: number;
  readonly method: string;
  readonly hasModule: boolean;
  readonly codecs: string;
  readonly budget: number | null;
  /** Bytes of both directions from new weights on, over the seeds that got there; null where none did. */
  readonly bytes: (Spread & { readonly least: number; readonly most: number }) | null;
  /** Sent in all, the mean of the seeds. */
  readonly sent: number;
  readonly seeds: number;
  /** The accuracy asked for, and who it is from; null where there is nobody to ask. */
  readonly level: number | null;
  readonly baseline: string | null;
  /** How many times its bytes go into those of the baseline; null unless all seeds got there. */
  readonly fewer: number | null;
}

/** The bytes of the training images as they are, sent once. */
export interface RawImages {
  readonly dataset: string;
  readonly bytes: number;
}

export interface FrontierData {
  /** The cheapest first, then those that did not get there, then those without a baseline. */
  readonly rows: readonly FrontierRow[];
  readonly raw: readonly RawImages[];
  /** Why there is nothing to draw; null where there is. */
  readonly problem: string | null;
}

interface Family {
  readonly members: readonly TrainingData[];
  readonly facts: FrontierFacts;
}

/** The bytes to the accuracy of the full budget less `margin` points, for every family of trainings. */
export function frontierOf(
  trainings: readonly TrainingData[],
  facts: readonly FrontierFacts[],
  margin: number,
  looks?: Looks,
): FrontierData {
  const lookOf = lookIndex(trainings, looks);
  const families = familiesOf(trainings, facts);
  const rows = families.map((family) => rowOf(family, baselineOf(family, families), margin, lookOf));
  const asked = families.filter((_, i) => rows[i].level !== null).map((family) => family.facts);
  const raw = new Map(asked.map(({ dataset, rawBytes }) => [`${dataset} ${rawBytes}`, { dataset, bytes: rawBytes }]));
  return {
    rows: rows.toSorted((a, b) => orderOf(a) - orderOf(b)),
    raw: [...raw.values()].flatMap(({ dataset, bytes }) => (bytes === null ? [] : [{ dataset, bytes }])),
    problem: problemOf(rows, asked),
  };
}

function familiesOf(trainings: readonly TrainingData[], facts: readonly FrontierFacts[]): Family[] {
  const factsOf = new Map(facts.map((each) => [each.run, each]));
  const families = new Map<string, TrainingData[]>();
  for (const training of trainings) {
    if (training.epochs.length === 0 || !factsOf.has(training.run)) continue;
    families.set(training.family, [...(families.get(training.family) ?? []), training]);
  }
  return [...families.values()].map((members) => ({ members, facts: factsOf.get(members[0].run)! }));
}

/** New weights and the full budget throughout, on the same network, images and epochs: through a module, else without one. */
function baselineOf({ facts, members }: Family, families: readonly Family[]): Family | null {
  const epochs = epochsOf({ facts, members });
  const full = families.filter(
    (other) =>
      other.facts.isBaseline &&
      other.facts.comparable === facts.comparable &&
      epochsOf(other) === epochs &&
      other.members.every(({ budget, start }) => budget === null && start.epoch === 0),
  );
  return full.find((other) => other.facts.hasModule) ?? full[0] ?? null;
}

function epochsOf({ facts, members: [{ training }] }: Family): number {
  return facts.epochs[training];
}

function rowOf(
  family: Family,
  baseline: Family | null,
  margin: number,
  lookOf: (id: string, family: string) => number,
): FrontierRow {
  const { members, facts } = family;
  const { method, hasModule, codecs } = facts;
  const [{ id, run, budget, family: name }] = members;
  const level = baseline && mean(baseline.members.map(({ epochs }) => bestScore(epochs))) - margin / 100;
  const paid = level === null ? null : paidBy(members, level);
  const base = level === null ? null : paidBy(baseline!.members, level);
  const isWhole = paid !== null && paid.count === paid.of && base !== null;
  return {
    id,
    run,
    family: name,
    look: lookOf(id, name),
    method,
    hasModule,
    codecs,
    budget,
    bytes: paid,
    sent: mean(members.map((each) => before(each) + bytesBy(each.epochs.at(-1)))),
    seeds: members.length,
    level,
    baseline: baseline && baseline.members[0].family,
    fewer: isWhole ? base.mean / paid.mean : null,
  };
}

function paidBy(members: readonly TrainingData[], level: number): FrontierRow['bytes'] {
  const paid = members.map((each) => {
    const reached = reachedBy(each.epochs, level);
    return reached && before(each) + reached.bytes;
  });
  const spread = spreadOf(paid);
  const known = paid.filter((bytes) => bytes !== null);
  return spread && { ...spread, least: Math.min(...known), most: Math.max(...known) };
}

/** What was sent before a pair's own training began: it paid for that as well. */
function before({ start: { bytesUp, bytesDown } }: TrainingData): number {
  return bytesUp + bytesDown;
}

function orderOf({ bytes, level }: FrontierRow): number {
  return bytes?.mean ?? (level === null ? Infinity : Number.MAX_VALUE);
}

function problemOf(rows: readonly FrontierRow[], asked: readonly FrontierFacts[]): string | null {
  if (asked.length === 0) {
    return (
      'There is no baseline: train the same network on the same images for as many epochs at the full budget ' +
      '(method full) or as a plain split, and compare it with these.'
    );
  }
  const unknown = asked.find(({ rawBytes }) => rawBytes === null);
  if (unknown) {
    return `How many bytes the images of ${unknown.dataset} are is not known: the data set is not here. Get or import it.`;
  }
  if (rows.length < 2) return 'There is nothing beside the baseline. Choose other runs to compare it with.';
  return null;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
