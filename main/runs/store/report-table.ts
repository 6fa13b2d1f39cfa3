import { nearest } from '../../near.ts';
import { SluiceError } from '../../errors.ts';
import type { Database } from './database.ts';

/** A report that is kept in the lab, with the comparison that it is of. */
export interface SavedReport {
  /** Its title; no other has the same. */
  readonly name: string;
  readonly runs: readonly string[];
  /** An accuracy between 0 and 1 whose price it tells; null for the usual one. */
  readonly reach: number | null;
  /** The comparison as its address has it, such as `runs=1,2&x=bytes`. */
  readonly view: string;
  /** Markdown with the places of its sections. */
  readonly prose: string;
}

/** Reports that were written in the lab. Their runs may be gone. */
export interface ReportTable {
  /** By name. */
  reports(): SavedReport[];
  /** Throws `report-unknown`. */
  report(name: string): SavedReport;
  /** Puts it in the place of one of the same name. */
  saveReport(report: SavedReport): void;
  deleteReport(name: string): void;
}

interface ReportRow extends Omit<SavedReport, 'runs'> {
  readonly runs: string;
}

export function reportTable(database: Database): ReportTable {
  const reports = (): SavedReport[] =>
    database
      .all<ReportRow>('SELECT name, runs, reach, view, prose FROM reports ORDER BY name')
      .map((row) => ({ ...row, runs: JSON.parse(row.runs) as string[] }));
  return {
    reports,
    report: (name) => {
      const all = reports();
      const found = all.find((each) => each.name === name);
      if (found) return found;
      const near = nearest(
        name,
        all.map((each) => each.name),
      );
      const hint = near ? ` Did you mean "${near}"?` : all.length === 0 ? ' None was written yet.' : '';
      throw new SluiceError('report-unknown', `There is no report "${name}" in the lab.${hint}`, { path: 'saved' });
    },
    saveReport: ({ name, runs, reach, view, prose }) => {
      const sql = 'INSERT OR REPLACE INTO reports (name, runs, reach, view, prose) VALUES (?, ?, ?, ?, ?)';
      database.run(sql, name, JSON.stringify(runs), reach, view, prose);
    },
    deleteReport: (name) => {
      database.run('DELETE FROM reports WHERE name = ?', name);
    },
  };
}
