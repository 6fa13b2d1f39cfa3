import fc from 'fast-check';

/**
 * Properties are tried with the same values each time: a failure names its seed, and comes again. `SLUICE_SEED=7` draws
 * others.
 */
fc.configureGlobal({ seed: Number(process.env['SLUICE_SEED'] ?? 1) });
