import { Option, type Command } from 'commander';
import { formatBytes } from '../charts/formats.ts';
import { sluiceHome } from '../home.ts';
import { reachableUrl } from '../processes/server/reachable.ts';
import { runtimes, type Runtime } from '../processes/serve/runtimes.ts';
import type { ServedModelSet } from '../processes/serve/serve.ts';
import type { ServingStats } from '../serving/server.ts';
import { budgetName } from '../sets/pair.ts';
import { amount, count } from './arguments.ts';
import { factLines, print } from './format.ts';
import { addListeningOptions, ending, limitsOf, tlsOf, type ListeningOptions } from './listening.ts';
import { showServer } from './offload-display.ts';
import { pageLines } from './page-link.ts';
import { pageLinkOf } from '../processes/page/link.ts';
import { givenToken } from './server-token.ts';

interface ServeSetOptions extends ListeningOptions {
  readonly runtime?: Runtime;
  readonly maxWaitMs?: number;
  readonly maxBatch?: number;
  readonly maxQueue?: number;
  readonly page?: boolean;
}

/** `serve`. */
export function addServeCommand(program: Command): void {
  const command = program
    .command('serve')
    .summary('answer inference with the pairs of a model set')
    .description(
      'Starts a server for inference: the server halves of all pairs of a model set answer clients that have the client ' +
        "halves, in Sluice's protocol and over HTTP in the Open Inference Protocol v2. It keeps running until Ctrl-C. " +
        'Beyond this machine it wants TLS.',
    )
    .argument('<set>', 'name of a model set (sluice models list), or the path of its folder');
  addListeningOptions(command, { frame: 16, clients: 256 })
    .addOption(
      new Option(
        '--runtime <runtime>',
        'what computes: an engine, or ONNX Runtime if its package is installed',
      ).choices(runtimes),
    )
    .option('--max-wait-ms <ms>', 'how long a request waits for others to be computed with (2)', amount)
    .option('--max-batch <samples>', 'samples that are computed at once (32)', count)
    .option('--max-queue <samples>', 'samples that may wait; what comes on top is refused (256)', count)
    .option('--page', 'give browsers a page that runs the client half, and show its address as a QR code')
    .addHelpText(
      'after',
      `
Examples:
  sluice serve cifar10-vgg11
  sluice serve cifar10-vgg11 --host 0.0.0.0 --tls --page
  sluice serve cifar10-vgg11 --host 0.0.0.0 --tls --max-wait-ms 5 --max-batch 64`,
    )
    .action(serve);
}

async function serve(set: string, options: ServeSetOptions): Promise<void> {
  const given = await givenToken(options.tokenFile);
  const { serveSet } = await import('../processes/serve/serve.ts');
  const display = showServer();
  const { host, port, insecure, engine, runtime, threads, maxWaitMs, maxBatch, maxQueue, page } = options;
  const server = await serveSet(
    {
      set,
      home: sluiceHome(),
      host,
      port,
      token: given,
      tls: tlsOf(options),
      insecure,
      engine,
      runtime,
      threads,
      limits: limitsOf(options),
      maxWaitMs,
      maxBatch,
      maxQueue,
      page,
    },
    display.event,
  );
  announce(server, given === undefined);
  if (page) print(pageLines(pageLinkOf(server.url, 'token', server.token), server.fingerprint));
  const ended = ending();
  display.follow(liveLines(server));
  await ended;
  display.end();
  print('Stopping: what was asked until now is answered.');
  await server.close();
}

function announce(server: ServedModelSet, newToken: boolean): void {
  const { url, token, fingerprint, engine, set, batching } = server;
  const budgets = set.manifest.pairs.map(({ budget }) => budgetName(budget)).join(', ');
  const reachable = reachableUrl(url);
  const shown = newToken ? token : '"$SLUICE_TOKEN"';
  const pinned = fingerprint === undefined ? '' : ` --fingerprint ${fingerprint}`;
  print([
    ...factLines([
      ['Inference server', url],
      ['Model set', `${set.name}, budgets ${budgets}`],
      ['Computes on', engine],
      ['Batches', `of at most ${batching.maxBatch} samples, which wait ${batching.maxWaitMs} ms at most`],
      ...(newToken ? ([['Token', token]] as const) : []),
      ...(fingerprint === undefined ? [] : ([['Fingerprint', fingerprint]] as const)),
    ]),
    '',
    'To use it:',
    `  sluice infer <images> --set ${set.name} --server ${reachable} --token ${shown}${pinned}`,
    `  curl -H "Authorization: Bearer ${shown.replaceAll('"', '')}" ${reachable.replace(/^ws/, 'http')}/v2/models/${encodeURIComponent(server.pairs[0].name)}`,
    '',
  ]);
}

/** `3 sessions · 120 requests/s in batches of 4.2 · 2 wait · 1.2 MB received, 0.9 MB sent`. */
function liveLines({ stats }: ServedModelSet): () => Promise<string> {
  let before: { readonly at: number; readonly stats: ServingStats } | null = null;
  return async () => {
    const now = { at: performance.now(), stats: await stats() };
    const seconds = before ? (now.at - before.at) / 1000 : 1;
    const since = (of: (stats: ServingStats) => number): number => of(now.stats) - (before ? of(before.stats) : 0);
    const batches = since(({ batches }) => batches);
    const { sessions, waiting, failures, bytesUp, bytesDown } = now.stats;
    const line = [
      sessions === 1 ? '1 session' : `${sessions} sessions`,
      `${Math.round(since(({ requests }) => requests) / seconds)} requests/s` +
        (batches > 0 ? ` in batches of ${(since(({ samples }) => samples) / batches).toFixed(1)}` : ''),
      `${waiting} wait`,
      `${formatBytes(bytesUp)} received, ${formatBytes(bytesDown)} sent`,
      ...(failures > 0 ? [failures === 1 ? '1 failure' : `${failures} failures`] : []),
    ].join(' · ');
    before = now;
    return line;
  };
}
