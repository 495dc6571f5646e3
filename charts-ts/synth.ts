import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { chatStack } from '../contract/chat-stack.ts';
import type { Stack } from '../contract/model.ts';
import { addStackCharts, chartIds } from './charts/stack-charts.ts';
import { findDocument } from './read-document.ts';
import { keptSecrets } from './secrets.ts';

export interface Synthesis {
  readonly stack: Stack;
  /** Where the document was, in words. */
  readonly source: string;
  /** The folder the manifests are in, one file for each chart. */
  readonly folder: string;
}

/**
 * Writes the manifests of the document at `path` (else `./stack.yaml`, else the defaults) to `folder` (else where
 * `cdk8s synth` says, else `dist`). Manifests of an earlier synth are removed: a service that is gone must not be
 * applied again.
 * @throws UserError or StackError, in words for the user, before anything is written.
 */
export function synth(path?: string, folder?: string): Synthesis {
  const { document, source } = findDocument(path);
  const stack = chatStack(document);
  const app = new App(folder === undefined ? {} : { outdir: folder });
  addStackCharts(app, stack, { secretValues: keptSecrets(stack) });
  removeManifests(app);
  app.synth();
  const secrets = join(app.outdir, `${chartIds.secrets}${app.outputFileExtension}`);
  if (existsSync(secrets)) chmodSync(secrets, 0o600);
  return { stack, source, folder: app.outdir };
}

function removeManifests({ outdir, outputFileExtension }: App): void {
  if (!existsSync(outdir)) return;
  for (const file of readdirSync(outdir)) if (file.endsWith(outputFileExtension)) rmSync(join(outdir, file));
}
