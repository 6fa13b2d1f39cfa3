import type { LayerDescription } from '../model/layer-cost.ts';
import type { Shape } from '../model/spec.ts';
import type { CutTraffic } from '../runs/experiment/describe-cuts.ts';
import type { Experiment } from '../runs/experiment/experiment.ts';
import type { PlannedTraffic } from '../runs/experiment/plan-traffic.ts';
import type { Method, MethodWords } from '../training/methods/method.ts';
import type { MethodName } from '../training/methods/table.ts';
import type { SearchPlan } from './searches.ts';
import type { SweepPlan } from './sweeps.ts';

/** Experiments that are not runs yet, and what they would mean. */

export interface PresetEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** What the paper reports. */
  readonly paper: string | null;
  readonly figures: readonly number[];
  readonly experiments: readonly string[];
  readonly hasSmall: boolean;
}

/** A training method, and what it asks of an experiment. */
export interface MethodEntry extends Omit<MethodWords, 'help'>, Pick<Method, 'order' | 'module' | 'remark'> {
  readonly name: MethodName;
  /** The names of the gates that may choose its maps. */
  readonly gates: readonly string[];
  /** The method that one which sends the image itself becomes at any other cut; null where every cut is right. */
  readonly elsewhere: MethodName | null;
  /** Whether it trains the phases of a schedule one by one as they are. */
  readonly oneByOne: boolean;
  /** Whether each phase begins with new weights, as a training of its own. */
  readonly newWeights: boolean;
}

/** Something wrong with one field: its dotted path, and a sentence that goes on from its name. */
export interface Problem {
  readonly path: string;
  readonly text: string;
}

export interface Examination {
  readonly problems: readonly Problem[];
  /** With all defaults, where the input can be understood. */
  readonly experiment: Experiment | null;
  /** The network uncut, where it suits the images of its data set; also when the experiment's own cut is impossible. */
  readonly network: NetworkDescription | null;
  /** What it would build and send, where the network is known and the cut exists. */
  readonly design: Design | null;
  /** What its sweep would run, where it has one that is sound by itself. */
  readonly sweep: SweepPlan | null;
  /** What its search would do, the same. */
  readonly search: SearchPlan | null;
}

export interface NetworkDescription {
  /** Of the images. */
  readonly input: Shape;
  /** The body, where it may be cut, and the head, which is the server's; without a module. */
  readonly layers: readonly LayerDescription[];
  /** Every place where the network can be cut, with the work of the client there, its module included. */
  readonly cuts: readonly CutDescription[];
}

export type CutDescription = CutTraffic & { readonly clientMultiplyAdds: number; readonly clientParameters: number };

/** A split network and what training it would send. */
export interface Design {
  readonly client: readonly LayerDescription[];
  /** [h, w, φ] at full budget. */
  readonly sent: Shape;
  readonly server: readonly LayerDescription[];
  readonly plan: Plan;
}

/** What training is going to send, and how long it will take. */
export interface Plan extends PlannedTraffic {
  /**
   * In training, from how fast such runs were on this machine or else its layers; null where neither is known. To evaluate takes
   * as long as the other says besides; to start up is in neither.
   */
  readonly seconds: number | null;
  readonly evaluationSeconds: number | null;
}

export type JsonSchema = Readonly<Record<string, unknown>>;
