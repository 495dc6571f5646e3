// Runs on any Node: main.ts needs a recent one, and an older one is reported in one sentence.
import '../scripts/require-node.mjs';

await import('./main.ts');
