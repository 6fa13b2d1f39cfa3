import type { IncomingMessage, ServerResponse } from 'node:http';
import { messageOf, SluiceError } from '../errors.ts';
import type { HttpAnswers } from '../offload/transport/listener.ts';
import { sameToken } from '../offload/transport/token.ts';
import type { InferRequest } from '../offload/protocol/messages.ts';
import type { BatchLimits, Computed } from './batcher.ts';
import { readBody, type Bodies } from './bodies.ts';
import type { Meter } from './meter.ts';
import { invalid, statusOf } from './oip/errors.ts';
import { modelConfig, modelMetadata, modelStatistics, modelVersion } from './oip/model.ts';
import { readInfer, type InferCall } from './oip/request.ts';
import { writeInfer } from './oip/response.ts';
import type { ServedPair } from './pairs.ts';

/** Answers a path that is none of the protocol's; false leaves it, unanswered, as unknown. */
export type OtherPaths = (path: string, request: IncomingMessage, response: ServerResponse) => boolean;

export interface HttpOptions extends BatchLimits {
  readonly token: string;
  /** `sluice` and its version. */
  readonly software: string;
  readonly pairs: readonly ServedPair[];
  readonly meter: Meter;
  readonly bodies: Bodies;
  /** Whether new requests are taken. */
  ready(): boolean;
  infer(
    pair: ServedPair,
    asked: { client: string; request: InferRequest; gone: () => boolean },
  ): Promise<Computed<Float32Array>>;
  /** The page of a device, for one. It looks after tokens by itself. */
  readonly otherPaths?: OtherPaths | undefined;
}

type Respond = (response: ServerResponse) => void;
interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
type Route = Partial<Record<'GET' | 'POST', (call: Call) => Promise<Respond> | Respond>>;

export interface HttpAnswering {
  readonly answer: HttpAnswers['answer'];
  /** Resolves when every answer has left, or its client has gone. */
  idle(): Promise<void>;
}

/** The Open Inference Protocol v2 with its binary tensors, and metrics. */
export function httpAnswers(options: HttpOptions): HttpAnswering {
  const { meter } = options;
  const open = new Set<ServerResponse>();
  let onIdle: () => void = () => undefined;

  function follow(response: ServerResponse): void {
    open.add(response);
    response.on('error', () => undefined);
    response.once('close', () => {
      open.delete(response);
      if (open.size === 0) onIdle();
    });
  }

  async function respondTo(call: Call, path: string, known: () => void): Promise<Respond> {
    const health = healthOf(path, options);
    if (health) return pick(health, call);
    requireToken(call.request, options.token);
    known();
    return pick(routeOf(path, options), call);
  }

  return {
    answer(request, response, known) {
      follow(response);
      const path = pathOf(request);
      if (path !== null && !isOurs(path) && options.otherPaths?.(path, request, response)) return;
      const responding =
        path === null
          ? Promise.reject(invalid('The path cannot be read.', 'path'))
          : respondTo({ request, response }, path, known);
      void responding
        .catch((error: unknown) => failure(error, meter))
        .then((respond) => {
          // What is left of a body is not waited for.
          if (!request.complete) response.setHeader('Connection', 'close');
          respond(response);
        });
    },
    idle: () =>
      new Promise((resolve) => {
        onIdle = resolve;
        if (open.size === 0) resolve();
      }),
  };
}

function isOurs(path: string): boolean {
  return path === '/metrics' || path === '/v2' || path.startsWith('/v2/');
}

function pathOf({ url = '/' }: IncomingMessage): string | null {
  try {
    return decodeURI(new URL(url, 'http://host').pathname);
  } catch {
    return null;
  }
}

function requireToken({ headers: { authorization = '' } }: IncomingMessage, token: string): void {
  const [, given] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (given !== undefined && sameToken(given, token)) return;
  throw new SluiceError(
    'auth-token',
    given === undefined
      ? 'The header Authorization is missing: expected "Bearer" and the token that the server printed when it started.'
      : 'The token is wrong. Use the one the server printed when it started.',
  );
}

function pick(route: Route, call: Call): Promise<Respond> | Respond {
  const { method = '' } = call.request;
  const handle = method === 'HEAD' ? route.GET : route[method as keyof Route];
  if (handle) return handle(call);
  const allowed = Object.keys(route).join(', ');
  call.response.setHeader('Allow', allowed);
  throw new SluiceError('method-wrong', `The path takes ${allowed}, not ${method}.`);
}

/** Of what a watchdog asks without a token. */
function healthOf(path: string, { ready }: HttpOptions): Route | null {
  if (path === '/v2/health/live') return { GET: () => empty(200) };
  if (path === '/v2/health/ready') return { GET: () => empty(ready() ? 200 : 503) };
  return null;
}

function routeOf(path: string, options: HttpOptions): Route {
  const { pairs, meter, software } = options;
  if (path === '/metrics') return { GET: () => text(meter.text()) };
  if (path === '/v2') {
    const [name, version = ''] = software.split(' ');
    const extensions = [
      'binary_tensor_data',
      'model_configuration',
      'model_repository',
      'schedule_policy',
      'statistics',
    ];
    return { GET: () => json({ name, version, extensions }) };
  }
  if (path === '/v2/repository/index') {
    const state = options.ready() ? 'READY' : 'UNAVAILABLE';
    return { POST: () => json(pairs.map(({ name }) => ({ name, version: modelVersion, state }))) };
  }
  if (path === '/v2/models/stats') {
    return {
      GET: () => json({ model_stats: pairs.map((pair) => modelStatistics(pair, meter.statistics(pair.name))) }),
    };
  }
  const [, name, version, action] = /^\/v2\/models\/([^/]+)(?:\/versions\/([^/]+))?(?:\/([a-z]+))?$/.exec(path) ?? [];
  if (name === undefined) throw new SluiceError('path-unknown', `There is nothing at ${path}.`);
  const pair = pairs.find((served) => served.name === name);
  if (!pair || (version ?? modelVersion) !== modelVersion) throw notServed(name, version, pairs);
  const model = actions(pair, options)[action ?? ''];
  if (model) return model;
  throw new SluiceError('path-unknown', `A model has nothing at "${action}".`);
}

function actions(pair: ServedPair, options: HttpOptions): Readonly<Record<string, Route | undefined>> {
  const { meter, ready } = options;
  return {
    '': { GET: () => json(modelMetadata(pair)) },
    config: { GET: () => json(modelConfig(pair, options)) },
    stats: { GET: () => json({ model_stats: [modelStatistics(pair, meter.statistics(pair.name))] }) },
    ready: { GET: () => empty(ready() ? 200 : 503) },
    infer: { POST: (call) => infer(pair, call, options) },
  };
}

function notServed(name: string, version: string | undefined, pairs: readonly ServedPair[]): SluiceError {
  const given = version === undefined ? `"${name}"` : `"${name}" of version ${version}`;
  const there = pairs.map((pair) => `"${pair.name}"`).join(', ');
  return new SluiceError(
    'model-not-served',
    `There is no model ${given}. Served are ${there}, of version ${modelVersion}.`,
  );
}

async function infer(pair: ServedPair, { request, response }: Call, options: HttpOptions): Promise<Respond> {
  const call = await readCall(pair, { request, response }, options).catch((error: unknown) => {
    options.meter.refused(error, pair.name);
    throw error;
  });
  const client = request.socket.remoteAddress ?? 'gone';
  const computed = await options.infer(pair, { client, request: call.request, gone: () => response.destroyed });
  const { body, jsonBytes } = writeInfer(call, pair, computed);
  return (given) => {
    if (jsonBytes !== null) given.setHeader(inferenceHeader, jsonBytes);
    send(given, 200, jsonBytes === null ? 'application/json' : 'application/octet-stream', body);
  };
}

async function readCall(pair: ServedPair, { request, response }: Call, options: HttpOptions): Promise<InferCall> {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity')
    throw new SluiceError('encoding-unknown', `The body is encoded as ${encoding}; send it as it is.`);
  const length = jsonBytesOf(request);
  const body = await readBody(request, response, options.bodies);
  if (length === null || length <= body.length) return readInfer(body, length, pair, options);
  throw invalid(`${inferenceHeader} is ${length}, and the body has ${body.length} bytes.`, inferenceHeader);
}

const inferenceHeader = 'Inference-Header-Content-Length';

/** Bytes of JSON before the binary tensors; null where the body is JSON alone. */
function jsonBytesOf({ headers }: IncomingMessage): number | null {
  const given = headers[inferenceHeader.toLowerCase()];
  if (given === undefined) return null;
  if (typeof given === 'string' && /^\d{1,10}$/.test(given)) return Number(given);
  throw invalid(`${inferenceHeader} is "${String(given)}", expected a number of bytes.`, inferenceHeader);
}

/** An error as the protocol tells it. */
function failure(error: unknown, meter: Meter): Respond {
  const status = statusOf(error);
  meter.refused(error);
  return (response) => {
    if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
    if (status === 503) response.setHeader('Retry-After', '1');
    send(response, status, 'application/json', encode({ error: messageOf(error) }));
  };
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function json(value: unknown): Respond {
  return (response) => send(response, 200, 'application/json', encode(value));
}

function text(value: string): Respond {
  return (response) => send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', Buffer.from(value));
}

function empty(status: number): Respond {
  return (response) => send(response, status, 'text/plain', new Uint8Array(0));
}

function send(response: ServerResponse, status: number, type: string, body: Uint8Array): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': body.length,
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(body);
}
