import { parentPort, workerData } from 'node:worker_threads';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { buildServer } from '../../model/build.ts';
import { drawWeights } from '../../model/layers/drawn.ts';
import { networkSpec } from '../../model/zoo.ts';
import type { SessionRequest } from '../../offload/protocol/control.ts';
import { ownBuffers } from './own-buffers.ts';

/** A thread that draws the initial weights of one server half, hands them over and ends. It computes nothing else. */

// It would recommend another backend.
tf.enableProdMode();
const { model, cut, seed } = workerData as SessionRequest;
const weights = drawWeights(() => buildServer(networkSpec(model.name, model), cut, { seed }));
parentPort!.postMessage(weights, ownBuffers(weights));
