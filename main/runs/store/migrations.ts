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
  // Several data sources a run, bytes at the socket, waiting; rows of steps are numbered, so that they can be followed.
  [
    'ALTER TABLE runs ADD COLUMN generation INTEGER NOT NULL DEFAULT 0',
    `CREATE TABLE numberedSteps (
       row INTEGER PRIMARY KEY AUTOINCREMENT,
       run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
       training INTEGER NOT NULL,
       phase INTEGER NOT NULL,
       source INTEGER NOT NULL,
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
       wireUp INTEGER NOT NULL,
       wireDown INTEGER NOT NULL,
       clientSeconds REAL,
       wireSeconds REAL,
       serverSeconds REAL,
       waitSeconds REAL,
       gates BLOB,
       UNIQUE (run, training, source, step)
     )`,
    `INSERT INTO numberedSteps
       (run, training, phase, source, epoch, step, budget, learningRate, samples, crossEntropy, pruneLoss, correct,
        bytesUp, bytesDown, wireUp, wireDown, clientSeconds, wireSeconds, serverSeconds, waitSeconds, gates)
     SELECT run, training, phase, 0, epoch, step, budget, learningRate, samples, crossEntropy, pruneLoss, correct,
        bytesUp, bytesDown, bytesUp, bytesDown, clientSeconds, wireSeconds, serverSeconds, 0, gates
     FROM steps ORDER BY run, training, step`,
    'DROP TABLE steps',
    'ALTER TABLE numberedSteps RENAME TO steps',
    'CREATE INDEX stepsOfRun ON steps (run, row)',
    `CREATE TABLE sourceEpochs (
       run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
       training INTEGER NOT NULL,
       phase INTEGER NOT NULL,
       source INTEGER NOT NULL,
       epoch INTEGER NOT NULL,
       budget INTEGER,
       trainLoss REAL,
       trainAccuracy REAL,
       testLoss REAL,
       testAccuracy REAL,
       bytesUp INTEGER NOT NULL,
       bytesDown INTEGER NOT NULL,
       wireUp INTEGER NOT NULL,
       wireDown INTEGER NOT NULL,
       samplesPerSecond REAL,
       seconds REAL,
       PRIMARY KEY (run, training, source, epoch)
     ) WITHOUT ROWID`,
    `INSERT INTO sourceEpochs
     SELECT run, training, phase, 0, epoch, budget, trainLoss, trainAccuracy, testLoss, testAccuracy,
       bytesUp, bytesDown, bytesUp, bytesDown, samplesPerSecond, seconds FROM epochs`,
    'DROP TABLE epochs',
    'ALTER TABLE sourceEpochs RENAME TO epochs',
    `CREATE TABLE sourcePairs (
       run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
       training INTEGER NOT NULL,
       phase INTEGER NOT NULL,
       source INTEGER NOT NULL,
       budget INTEGER,
       testAccuracy REAL,
       testLoss REAL,
       bytesPerSample REAL,
       PRIMARY KEY (run, training, source, phase)
     ) WITHOUT ROWID`,
    `INSERT INTO sourcePairs
     SELECT run, training, phase, 0, budget, testAccuracy, testLoss, bytesPerSample FROM pairs`,
    'DROP TABLE pairs',
    'ALTER TABLE sourcePairs RENAME TO pairs',
  ],
  // Runs that the lab is to execute, in the order they came; how often each was begun.
  [
    `CREATE TABLE queue (
       place INTEGER PRIMARY KEY AUTOINCREMENT,
       run TEXT NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
       attempts INTEGER NOT NULL
     )`,
  ],
  // What makes a run itself and no other. Runs of before get their uid when they are next gone on with.
  [
    'ALTER TABLE runs ADD COLUMN uid TEXT',
    'ALTER TABLE runs ADD COLUMN fingerprint TEXT',
    'ALTER TABLE runs ADD COLUMN threads INTEGER',
  ],
  // Client and server half may have an engine each.
  ['ALTER TABLE runs ADD COLUMN serverEngine TEXT'],
  // Data sources that a run goes on without, a JSON list.
  ["ALTER TABLE runs ADD COLUMN dropped TEXT NOT NULL DEFAULT '[]'"],
  // Where a run was brought in from, as JSON.
  ['ALTER TABLE runs ADD COLUMN origin TEXT'],
  // Results on the training images that are held out, and how long it took to evaluate.
  [
    'ALTER TABLE epochs ADD COLUMN validationLoss REAL',
    'ALTER TABLE epochs ADD COLUMN validationAccuracy REAL',
    'ALTER TABLE epochs ADD COLUMN evaluationSeconds REAL',
    'ALTER TABLE pairs ADD COLUMN validationAccuracy REAL',
    'ALTER TABLE pairs ADD COLUMN validationLoss REAL',
  ],
  // Runs belong to projects, and may be put away.
  [
    "ALTER TABLE runs ADD COLUMN project TEXT NOT NULL DEFAULT 'default'",
    'ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0',
  ],
  // How much of the images what crosses still has.
  ['ALTER TABLE epochs ADD COLUMN distanceCorrelation REAL', 'ALTER TABLE pairs ADD COLUMN distanceCorrelation REAL'],
  // Searches, the points of them that were begun, and where a run is to stop by itself, as JSON.
  [
    'ALTER TABLE runs ADD COLUMN halt TEXT',
    `CREATE TABLE searches (
       id TEXT PRIMARY KEY,
       project TEXT NOT NULL,
       experiment TEXT NOT NULL,
       state TEXT NOT NULL,
       inLab INTEGER NOT NULL,
       createdAt INTEGER NOT NULL
     ) WITHOUT ROWID`,
    `CREATE TABLE trials (
       search TEXT NOT NULL REFERENCES searches (id) ON DELETE CASCADE,
       number INTEGER NOT NULL,
       run TEXT REFERENCES runs (id) ON DELETE SET NULL,
       rung INTEGER NOT NULL,
       PRIMARY KEY (search, number)
     ) WITHOUT ROWID`,
  ],
  // Reports that were written in the lab; which runs they are of is a JSON list.
  [
    `CREATE TABLE reports (
       name TEXT PRIMARY KEY,
       runs TEXT NOT NULL,
       reach REAL,
       view TEXT NOT NULL,
       prose TEXT NOT NULL
     ) WITHOUT ROWID`,
  ],
  // Runs that wait for a terminal have their place in its queue, not in the lab's.
  ['ALTER TABLE queue ADD COLUMN terminal TEXT'],
];
