import { openPacked, readPacked } from '../../../main/data/packed.ts';
import { sha256 } from '../../../main/digest.ts';
import type { EngineChoice } from '../../../main/engine/choices.ts';
import { SluiceError } from '../../../main/errors.ts';
import { openSession } from '../../../main/offload/client/open-session.ts';
import type { Child } from '../../../main/processes/child.ts';
import { joinAs, type FromJoined, type ToJoined } from '../../../main/processes/source/elsewhere/take-part.ts';
import { startSourceHere } from '../../../main/processes/source/here.ts';
import type { SentData } from '../../../main/processes/source/messages.ts';
import { workAt, type Workplace } from '../../../main/processes/source/part.ts';
import { timeColumns } from '../../../main/records/columns.ts';
import type { StepRecord, TimeColumn, TrainingRecord } from '../../../main/records/record.ts';
import { decodeMessage } from '../../../main/wire.ts';
import { dialFromBrowser } from '../dial.ts';
import { openDeviceEngine, type DeviceEngine } from '../engine/engine.ts';
import type { ServerPlace } from '../rpc.ts';

const aliveMs = 1000;
const retrySeconds = 60;

/** What is news of the part that this tab takes. */
export interface SourceProgress {
  readonly engine?: string;
  readonly samples?: { readonly train: number; readonly test: number; readonly bytes: number };
  readonly step?: Pick<StepRecord, 'epoch' | 'step' | 'budget' | 'crossEntropy' | 'bytesUp' | 'bytesDown' | TimeColumn>;
  readonly accuracy?: number;
  readonly words?: string;
}

/** Is a data source of the run that this page is from, until that is over or the signal is aborted. Throws what joinAs throws. */
export function joinTraining(
  { base, token }: ServerPlace,
  signal: AbortSignal,
  tell: (progress: SourceProgress) => void,
): Promise<void> {
  const url = base.replace(/^http/, 'ws');
  return joinAs({
    run: { url, token },
    retrySeconds,
    signal,
    onEvent: (words) => tell({ words }),
    software: 'sluice page',
    dial: dialFromBrowser,
    start: (onMessage) => startSource(url, onMessage, tell),
  });
}

/** The source itself, in this worker, with the images that the run sends it. */
function startSource(
  url: string,
  onMessage: (message: FromJoined) => void,
  tell: (progress: SourceProgress) => void,
): Child<ToJoined> {
  let receive: (data: SentData) => void = () => undefined;
  const place: Workplace = {
    async openEngine(choice) {
      const opened = await openDeviceEngine(engineFor(choice));
      tell({ engine: `${opened.name} · ${opened.detail}, ${opened.device}` });
      return opened;
    },
    async openData(options) {
      const arrived = new Promise<SentData>((resolve) => (receive = resolve));
      onMessage({ kind: 'wants-data' });
      const { data, sha256: expected } = await arrived;
      if ((await sha256(data)) !== expected) throw damaged();
      const packed = readPacked(decodeMessage(data));
      const source = openPacked(packed, options);
      tell({ samples: { train: source.info.trainSamples, test: source.info.testSamples, bytes: data.length } });
      return { data: source, fingerprint: packed.fingerprint };
    },
    connect: (options) => openSession({ ...options, server: { url, token: options.server.token } }, dialFromBrowser),
  };
  const alive = setInterval(() => onMessage({ kind: 'alive' }), aliveMs);
  const source = startSourceHere(workAt(place), (message) => {
    if (message.kind === 'record') tell(progressOf(message.record));
    // The error itself does not cross.
    onMessage(message.kind === 'failed' ? { kind: 'failed', failure: message.failure } : message);
  });
  void source.gone.then(() => clearInterval(alive));
  return {
    ...source,
    send(message) {
      if (message.kind === 'data') receive(message);
      else source.send(message);
    },
  };
}

function progressOf(record: TrainingRecord): SourceProgress {
  if (record.kind !== 'step') return record.kind === 'epoch' ? { accuracy: record.testAccuracy } : {};
  const { epoch, step, budget, crossEntropy, bytesUp, bytesDown } = record;
  const times = Object.fromEntries(timeColumns.map((name) => [name, record[name]])) as Record<TimeColumn, number>;
  return { step: { epoch, step, budget, crossEntropy, bytesUp, bytesDown, ...times } };
}

/** The engine of a browser that is meant: the cpu engine's kernels run in WebAssembly. Throws `engine-unavailable`. */
function engineFor(choice: EngineChoice): DeviceEngine | 'auto' {
  if (choice === 'auto' || choice === 'webgpu') return choice;
  if (choice === 'cpu') return 'wasm';
  throw new SluiceError(
    'engine-unavailable',
    `The run wants the ${choice} engine for its sources, which no browser has. Take "auto", "cpu" or "webgpu" for engine.client.`,
    { path: 'engine' },
  );
}

function damaged(): SluiceError {
  return new SluiceError('data-malformed', 'The images did not arrive as the run sent them. Load the page again.');
}
