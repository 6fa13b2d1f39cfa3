import { workerData } from 'node:worker_threads';
import { writeBeat, type HeartbeatData } from './heartbeat.ts';

/** The thread that says once a second that a run is being executed. */
const beatMs = 1000;

const data = workerData as HeartbeatData;
let beats = 0;
setInterval(() => writeBeat(data, ++beats), beatMs);
