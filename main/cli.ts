#!/usr/bin/env node
import { reportFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';

// Whoever reads the output may leave before its end, as "head" does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
