#!/usr/bin/env node
// Plain JavaScript for any Node: an older one gets a message, not a syntax error.
import '../scripts/require-node.mjs';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// TypeScript is stripped and compiled once for each version of a file: half of a short command's time.
module.enableCompileCache?.(fileURLToPath(new URL('../build/cli/compiled', import.meta.url)));
// Without the models of every Kubernetes kind, which nothing here uses: a third of such a command's time.
const client = new URL('../build/cli/client-node.mjs', import.meta.url);
if (existsSync(client))
  module.registerHooks?.({
    resolve: (specifier, context, next) =>
      specifier === '@kubernetes/client-node'
        ? { url: client.href, format: 'module', shortCircuit: true }
        : next(specifier, context),
  });
await import('./main.ts');
