import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import Libsql from 'libsql';
import { fullDisk, hasRoom, isDiskFull } from '../../disk.ts';
import { messageOf, SluiceError } from '../../errors.ts';
import { migrations } from './migrations.ts';
import { makePrivate } from './private.ts';

/** What may be bound to a statement. libsql aborts the process on anything else, so nothing else passes through here. */
export type Value = string | number | null | Uint8Array;

/** The few things Sluice asks of SQLite. Blobs come back as `ArrayBuffer`. */
export interface Database {
  run(sql: string, ...values: Value[]): { changes: number };
  all<Row>(sql: string, ...values: Value[]): Row[];
  /** Runs `work` in one transaction that holds the write lock from its start; nests into the one around it. */
  transaction<T>(work: () => T): T;
  /** Nothing can be written: `run` and `transaction` throw what is in the way. */
  readonly readOnly: boolean;
  /** Changes whenever another connection has written. */
  version(): number;
  close(): void;
}

const busyMs = 10_000;

/** `read`: what cannot be written, such as a mounted archive, is opened all the same; whoever writes to it throws. */
export type Access = 'write' | 'read';

/** Opens a database, creating or migrating it as needed. Several processes may have it open. */
export function openDatabase(path: string, access: Access = 'write'): Database {
  const obstacle = obstacleTo(path);
  if (obstacle && (access === 'write' || !existsSync(path))) throw obstacle;
  try {
    if (obstacle) return openArchive(path, obstacle);
    makePrivate(path);
    const database = wrap(new Libsql(path, { timeout: busyMs }), path);
    prepare(database, path);
    return database;
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    if (isDiskFull(cause) || !hasRoom(dirname(path))) {
      throw new SluiceError('disk-full', fullDisk(dirname(path)), { cause });
    }
    throw damaged('store-open', `The run store ${path} cannot be opened`, path, cause);
  }
}

/** What to do about a file that is no database any more, or not a whole one. */
function damaged(code: string, what: string, path: string, cause: unknown): SluiceError {
  const message =
    `${what}: ${messageOf(cause)}. Move ${basename(path)} away, with the -wal and -shm beside it; ` +
    '"sluice adopt --all" then makes a new one from the folders of the runs.';
  return new SluiceError(code, message, { cause });
}

/** What keeps a database from being written. SQLite would say less of it, and "move the file away" would be the wrong advice. */
function obstacleTo(path: string): SluiceError | null {
  const folder = dirname(path);
  try {
    mkdirSync(folder, { recursive: true });
    for (const place of [folder, path].filter((place) => existsSync(place))) accessSync(place, constants.W_OK);
    return null;
  } catch (cause) {
    const message = `Runs cannot be kept in ${folder} (${messageOf(cause)}). Make it a folder you may write to, or set SLUICE_HOME to another.`;
    return new SluiceError('store-unwritable', message, { cause });
  }
}

function unwritable(path: string, cause: unknown): SluiceError {
  const message =
    `The run store ${path} cannot be written (${messageOf(cause)}). What is called ${basename(path)}-wal or ` +
    `${basename(path)}-shm beside it may be none of its files: move that away.`;
  return new SluiceError('store-unwritable', message, { cause });
}

/** A database that may only be read. */
function openArchive(path: string, obstacle: SluiceError): Database {
  // Others may be writing, and what they did is in the log. Without the files beside it SQLite would want to make them.
  const logged = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  const mode = logged > 0 || existsSync(`${path}-shm`) ? 'mode=ro' : 'mode=ro&immutable=1';
  try {
    const database = wrap(new Libsql(`${pathToFileURL(path).href}?${mode}`, { timeout: busyMs }), path);
    requireFormat(database, path);
    const refuse = (): never => {
      throw obstacle;
    };
    return { ...database, readOnly: true, run: refuse, transaction: refuse };
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause;
    const folder = dirname(path);
    const message =
      `The runs in ${folder} cannot be read where nothing can be written (${messageOf(cause)}). ` +
      'Copy the folder to where you may write, and set SLUICE_HOME to the copy.';
    throw new SluiceError('store-unreadable', message, { cause });
  }
}

/** Throws for a format that cannot be read, and could only be brought up to date by writing. */
function requireFormat(database: Database, path: string): void {
  const version = versionOf(database);
  requireKnown(version, path);
  if (version === migrations.length) return;
  const message =
    `The run store ${path} has format ${version}, this Sluice reads ${migrations.length} and cannot bring it up to ` +
    'date where nothing can be written. Copy its folder to where you may write, and set SLUICE_HOME to the copy.';
  throw new SluiceError('store-older', message);
}

/** Codes of SQLite for what only a damaged file brings about. */
const damageCodes = /^SQLITE_(CORRUPT|NOTADB)/;
/** For a file of it that has become something else since it was opened, or that somebody has locked away. */
const unwritableCodes = /^SQLITE_(READONLY|CANTOPEN)/;

function wrap(libsql: Libsql.Database, path: string): Database {
  const statements = new Map<string, Libsql.Statement>();
  const prepared = (sql: string): Libsql.Statement => {
    const statement = statements.get(sql) ?? libsql.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const explained = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      if (!(cause instanceof Libsql.SqliteError)) throw cause;
      if (unwritableCodes.test(cause.code)) throw unwritable(path, cause);
      if (!damageCodes.test(cause.code)) throw cause;
      throw damaged('store-damaged', `The run store ${path} is damaged`, path, cause);
    }
  };
  return {
    readOnly: false,
    // One array, not single values: libsql takes a lone blob for a set of named parameters.
    run: (sql, ...values) => explained(() => prepared(sql).run(values)),
    all: <Row>(sql: string, ...values: Value[]) => explained(() => prepared(sql).all(values) as Row[]),
    transaction: (work) => {
      if (libsql.inTransaction) return work();
      explained(() => libsql.exec('BEGIN IMMEDIATE'));
      try {
        const result = work();
        explained(() => libsql.exec('COMMIT'));
        return result;
      } catch (error) {
        // A full disk has already rolled it back.
        if (libsql.inTransaction) libsql.exec('ROLLBACK');
        throw error;
      }
    },
    version: () => (prepared('PRAGMA data_version').all([]) as [{ data_version: number }])[0].data_version,
    close: () => {
      statements.clear();
      libsql.close();
    },
  };
}

function prepare(database: Database, path: string): void {
  database.all('PRAGMA journal_mode = WAL');
  database.all('PRAGMA foreign_keys = ON');
  if (versionOf(database) === migrations.length) return;
  database.transaction(() => {
    const version = versionOf(database);
    requireKnown(version, path);
    for (const statement of migrations.slice(version).flat()) database.run(statement);
    database.run(`PRAGMA user_version = ${migrations.length}`);
  });
}

function requireKnown(version: number, path: string): void {
  if (version <= migrations.length) return;
  const message = `The run store ${path} has format ${version}, this Sluice knows up to ${migrations.length}. Update Sluice.`;
  throw new SluiceError('store-newer', message);
}

function versionOf(database: Database): number {
  return database.all<{ user_version: number }>('PRAGMA user_version')[0]?.user_version ?? 0;
}
