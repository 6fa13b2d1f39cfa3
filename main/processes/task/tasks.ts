import type {
  ChartExport,
  EngineInstall,
  ExportedFile,
  ImportRequest,
  RunExport,
  RunSending,
  Sample,
  SetExport,
  SetImport,
  SetOfRun,
} from '../../api.ts';
import type { ImportResult } from '../../data/import.ts';
import type { OnProgress } from '../../data/progress.ts';
import type { EngineReport } from '../../engine/engine.ts';
import type { InstallResult } from '../../install/install.ts';
import { describedEngine, type EngineName } from '../../engine/choices.ts';
import { sluiceHome } from '../../home.ts';
import type { MachineTimes, TimesRequest } from '../../planning/known-times.ts';
import type { TimedMachine } from '../../planning/times-file.ts';
import type { Taken } from '../../runs/import/import.ts';
import { openStore, type Store } from '../../runs/store/store.ts';

/**
 * What takes long or computes, and is therefore done in a process of its own. Each loads only what it needs, as most
 * of its time is loading.
 */
export const tasks = {
  async engine({ name }: { name: EngineName }): Promise<EngineReport> {
    const { diagnoseEngine } = await import('../../engine/engine.ts');
    return diagnoseEngine(describedEngine(name));
  },

  async installEngine(request: EngineInstall, onProgress: OnProgress): Promise<InstallResult> {
    const { installEngine } = await import('../../install/install.ts');
    const { tryEngine } = await import('./try-engines.ts');
    return installEngine(request, { onProgress, attempt: tryEngine });
  },

  async samples({ dataset, count }: { dataset: string; count: number }): Promise<Sample[]> {
    const { thumbnails } = await import('../../data/thumbnails.ts');
    return thumbnails(dataset, count);
  },

  async getDataset({ name }: { name: string }, onProgress: OnProgress): Promise<ImportResult> {
    const { getDataset } = await import('../../data/get.ts');
    return getDataset(name, { onProgress });
  },

  async importDataset({ path, ...options }: ImportRequest, onProgress: OnProgress): Promise<ImportResult> {
    const { importDataset } = await import('../../data/import.ts');
    return importDataset(path, { ...options, onProgress });
  },

  async addModelSet({ run, ...options }: SetOfRun, onProgress: OnProgress): Promise<{ notes: readonly string[] }> {
    const { addSet } = await import('../../sets/of-run.ts');
    return withStore(async (store) => {
      const { notes } = await addSet(store, store.find(run), { ...options, onProgress });
      return { notes };
    });
  },

  async importModelSet({ path, ...options }: SetImport, onProgress: OnProgress): Promise<void> {
    const { importSet } = await import('../../sets/import.ts');
    await importSet(path, { ...options, onProgress });
  },

  async exportModelSet(request: SetExport, onProgress: OnProgress): Promise<ExportedFile> {
    const { exportSet } = await import('../../exports/sets.ts');
    return exportSet(request, onProgress);
  },

  async importRuns({ path, from }: { path: string; from: string }, onProgress: OnProgress): Promise<Taken[]> {
    const { importRuns } = await import('../../runs/import/import.ts');
    return withStore((store) => importRuns(store, path, { home: sluiceHome(), from, onProgress }));
  },

  /** What layers would be timed on, and their times. */
  async timedMachine(request: Pick<TimesRequest, 'engine' | 'threads'>): Promise<TimedMachine> {
    const { openTimed } = await import('../../planning/measure.ts');
    return openTimed(request);
  },

  async times(request: TimesRequest, onProgress: OnProgress): Promise<MachineTimes> {
    const { machineTimes } = await import('../../planning/measure.ts');
    const { startServerBeside } = await import('../server/beside.ts');
    const item = request.model.name;
    return machineTimes(sluiceHome(), request, {
      startServer: startServerBeside,
      onPiece: (done, total) => onProgress({ step: 'time', item, done, total, unit: 'pieces' }),
    });
  },

  async exportChart(request: ChartExport): Promise<ExportedFile> {
    const { exportChart } = await import('../../exports/export.ts');
    return withStore((store) => exportChart(store, request));
  },

  async exportRuns(request: RunExport): Promise<ExportedFile> {
    const { exportRuns } = await import('../../exports/export.ts');
    return withStore((store) => exportRuns(store, request));
  },

  async sendRuns({ runs, to, experiment }: RunSending, onProgress: OnProgress): Promise<string[]> {
    const { sendToMlflow, sentText } = await import('../../exports/tracking/send.ts');
    return withStore(async (store) => {
      const lines: string[] = [];
      for (const [done, id] of runs.entries()) {
        onProgress({ step: 'send', item: id, done, total: runs.length, unit: 'runs' });
        for await (const sent of sendToMlflow(store, [store.find(id)], to, experiment)) lines.push(sentText(sent));
      }
      return lines;
    });
  },
} as const;

async function withStore<T>(use: (store: Store) => Promise<T>): Promise<T> {
  const store = openStore(sluiceHome());
  try {
    return await use(store);
  } finally {
    store.close();
  }
}
