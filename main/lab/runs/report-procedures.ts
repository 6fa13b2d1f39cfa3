import type { LabState, Procedures } from '../lab-state.ts';

/** Procedures about the reports that are kept in the lab. */
export function reportProcedures({ store }: LabState): Procedures<'reports' | 'saveReport' | 'deleteReport'> {
  return {
    reports: () => store.reports(),
    saveReport: (report) => store.saveReport(report),
    deleteReport: (name) => store.deleteReport(name),
  };
}
