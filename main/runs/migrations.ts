/**
 * The store's formats: entry n brings a database from `user_version` n to n + 1, statement by statement. Never change
 * an entry that was released; add one. A null budget is the full budget, and a null real is NaN (a diverged loss).
 */
export const migrations: readonly (readonly string[])[] = [
  [
    `CREATE TABLE runs (
       number INTEGER PRIMARY KEY AUTOINCREMENT,
       id TEXT NOT NULL UNIQUE,
       name TEXT NOT NULL,
       seed INTEGER NOT NULL,
       "group" TEXT NOT NULL,
       status TEXT NOT NULL,
       wanted TEXT NOT NULL,
       experiment TEXT NOT NULL,
       createdAt INTEGER NOT NULL,
       startedAt INTEGER,
       endedAt INTEGER,
       engine TEXT,
       error TEXT,
       notes TEXT NOT NULL,
       tags TEXT NOT NULL
     )`,
    `CREATE TABLE steps (
       run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
       training INTEGER NOT NULL,
       phase INTEGER NOT NULL,
       epoch INTEGER NOT NULL,
       step INTEGER NOT NULL,
       budget INTEGER,
       learningRate REAL,
       samples INTEGER NOT NULL,
       crossEntropy REAL,
       pruneLoss REAL,
       correct INTEGER NOT NULL,
       bytesUp INTEGER NOT NULL,
       bytesDown INTEGER NOT NULL,
       clientSeconds REAL,
       wireSeconds REAL,
       serverSeconds REAL,
       gates BLOB,
       PRIMARY KEY (run, training, step)
     ) WITHOUT ROWID`,
    `CREATE TABLE epochs (
       run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
       training INTEGER NOT NULL,
       phase INTEGER NOT NULL,
       epoch INTEGER NOT NULL,
       budget INTEGER,
       trainLoss REAL,
       trainAccuracy REAL,
       testLoss REAL,
       testAccuracy REAL,
       bytesUp INTEGER NOT NULL,
       bytesDown INTEGER NOT NULL,
       samplesPerSecond REAL,
       seconds REAL,
       PRIMARY KEY (run, training, epoch)
     ) WITHOUT ROWID`,
    `CREATE TABLE pairs (
       run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
       training INTEGER NOT NULL,
       phase INTEGER NOT NULL,
       budget INTEGER,
       testAccuracy REAL,
       testLoss REAL,
       bytesPerSample REAL,
       PRIMARY KEY (run, training, phase)
     ) WITHOUT ROWID`,
  ],
];
