import { afterEach } from 'vitest';
import { closeOpened } from './closing.ts';

// Here and not in closing.ts: files that share a process load that once, and this is done for each of them.
afterEach(closeOpened);
