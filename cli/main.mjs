// Runs on any Node: what follows needs a newer one than it may find, and says so in a sentence.
import '../scripts/require-node.mjs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// TypeScript is stripped and compiled once for each version of a file: half of a short command's time.
module.enableCompileCache?.(fileURLToPath(new URL('../build/cli/compiled', import.meta.url)));
await import('./main.ts');
