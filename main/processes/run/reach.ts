import { differences, type Fingerprint } from '../../data/fingerprint.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { sluiceHome } from '../../home.ts';
import type { ServerAddress } from '../../offload/client/dial.ts';
import { maxMessageBytes } from '../../offload/transport/connection.ts';
import { linkOf, type Experiment } from '../../runs/experiment/experiment.ts';
import type { Execution } from '../../runs/life/execution.ts';
import type { Run } from '../../runs/store/run.ts';
import { openJoinPoint, type JoinPoint } from '../source/elsewhere/join-point.ts';
import { devicePage } from '../page/device-page.ts';
import { batchesOf } from '../source/part.ts';
import { startLinks, type Links } from '../link/start.ts';
import { keepProcess, type Kept } from './keep.ts';
import type { JoinOptions, NetworkOptions } from './network.ts';
import { fingerprintOfRun } from './settle.ts';

/** For the images of a browser, which are one message. */
const mostPackedBytes = maxMessageBytes - 1024 ** 2;

/** Whether a source of the run joins from another machine. */
export function isElsewhere({ experiment }: Run, joining: JoinOptions | undefined, index: number): boolean {
  return joining !== undefined && index >= experiment.sources.count - joining.count;
}

/** Opens the place where sources join the run, when some are to. */
export async function openRunJoinPoint(
  { run, log }: Execution,
  { join: joining, offload }: NetworkOptions,
): Promise<JoinPoint | null> {
  if (!joining) return null;
  const { count, host, port, announce } = joining;
  if (!offload || count > run.experiment.sources.count) {
    const message = offload
      ? `${count} sources were to join, but sources.count is ${run.experiment.sources.count}.`
      : 'Sources on other machines need a server that they can reach: start one with "sluice offload", and give --offload.';
    throw new SluiceError('bad-usage', message, { path: 'sources.count' });
  }
  const joinPoint = await openJoinPoint({
    home: sluiceHome(),
    host,
    port,
    admit: ({ fingerprint }) => requireData(run, fingerprint),
    onRefused: (error) => log('source-refused', { message: messageOf(error) }),
    // Only tabs of browsers want either.
    async data(task) {
      const { packData } = await import('../../data/pack.ts');
      return packData(batchesOf(task), mostPackedBytes);
    },
    page: (token) => devicePage({ token }),
  });
  log('waiting-for-sources', { count, url: joinPoint.url });
  announce(joinPoint);
  return joinPoint;
}

/** Throws `dataset-other` for a source on another machine whose images are not those of the run. */
function requireData(run: Run, theirs: Fingerprint): void {
  const ours = fingerprintOfRun(run);
  const found = ours ? differences(ours, theirs) : [];
  if (found.length === 0) return;
  const { name } = run.experiment.dataset;
  throw new SluiceError(
    'dataset-other',
    `The data set "${name}" of this source is not the one that the run trains on: it has ${found.join(', ')}. ` +
      'Import the same images in the same way on both machines.',
    { path: 'dataset.name' },
  );
}

/** Behind an emulated link a server's certificate can be trusted by its fingerprint alone. */
export function requirePinned(
  experiment: Experiment,
  { url, fingerprint }: Pick<ServerAddress, 'url' | 'fingerprint'>,
): void {
  if (!linkOf(experiment) || !url.startsWith('wss:') || fingerprint !== undefined) return;
  const message =
    'link: an emulated link stands between source and server, so the name in the certificate does not match. ' +
    'Give the fingerprint that the server prints (--fingerprint), or take the link out (--set link=null).';
  throw new SluiceError('bad-usage', message, { path: 'link' });
}

/** The emulated links of a run, when it has any; at the same addresses whenever their process is started again. */
export async function openLinks(
  execution: Execution,
  { url, fingerprint }: ServerAddress,
): Promise<Kept<Links> | null> {
  const { run, log } = execution;
  const link = linkOf(run.experiment);
  // What is wrong with an address is told by who tries to reach it.
  if (!link || !URL.canParse(url)) return null;
  requirePinned(run.experiment, { url, fingerprint });
  const { protocol, hostname, port } = new URL(url);
  const { shared, ...rates } = link;
  const host = hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: Number(port || (protocol === 'wss:' ? 443 : 80)) };
  const request = { target, link: rates, shared, count: run.experiment.sources.count, seed: run.seed };
  return keepProcess<Links>(execution, {
    name: 'The process of the emulated links',
    code: 'link-died',
    start: (before) => startLinks({ ...request, ...(before ? { ports: before.addresses.map((at) => at.port) } : {}) }),
    onStart: ({ pid }) => log('links-started', { pid, ...link }),
    onDeath: (how) => log('links-died', { how }),
  });
}

/** Where each source finds the server. */
export function addressesOf(
  { run }: Execution,
  { join: joining }: NetworkOptions,
  server: ServerAddress,
  links: Links | null,
): ServerAddress[] {
  const { token, ca, fingerprint, insecure } = server;
  return Array.from({ length: run.experiment.sources.count }, (_, index) => {
    const at = isElsewhere(run, joining, index) ? undefined : links?.addresses[index];
    const url = at ? `${new URL(server.url).protocol}//${at.host}:${at.port}` : server.url;
    return {
      url,
      name: server.url,
      token,
      ...(ca === undefined ? {} : { ca }),
      ...(fingerprint === undefined ? {} : { fingerprint }),
      ...(insecure === undefined ? {} : { insecure }),
    };
  });
}
