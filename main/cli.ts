#!/usr/bin/env node
import { reportFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';

// Whoever reads the output may leave before its end, as "head" does; a terminal may be closed.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

try {
  const program = await createProgram(process.argv[2]);
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
