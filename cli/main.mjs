// Runs on any Node: what follows needs a newer one than it may find, and says so in a sentence.
import '../scripts/require-node.mjs';

await import('./main.ts');
