/**
 * The only file of the freeze that knows where the sources are: whoever moves or renames one changes it here, and no
 * frozen byte. Not even a helper of the other tests is imported elsewhere, unless it is of test/servers/.
 */
import { App, Names } from 'cdk8s';
import type { z } from 'zod';
import { Metrics } from '../../app/observability/metrics.ts';
import { addStackCharts } from '../../charts-ts/charts/stack-charts.ts';
import type { RenderOptions } from '../../charts-ts/render.ts';
import { stringifyManifests } from '../../charts-ts/yaml.ts';
import { commands } from '../../cli/commands.ts';
import { described } from '../../cli/described-later.ts';
import { createCli } from '../../cli/program.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { chatStackKindName } from '../../contract/document.ts';
import { rewriteEarlierForms } from '../../contract/earlier-forms.ts';
import { configReport } from '../../model/report.ts';
import { chatStack } from '../../contract/chat-stack.ts';
import { generatedSecretKeys } from '../../model/environment.ts';
import { parseBackendEnv, type Env } from '../../contract/backend-env.ts';
import * as http from '../../contract/http.ts';
import type { Stack } from '../../model/stack.ts';
import {
  apiGroup,
  apiVersion,
  configDigestAnnotation,
  filesDigestAnnotation,
  roleLabel,
  suffixes,
  workloadNameLength,
} from '../../model/names.ts';
import { readChatStack } from '../../contract/read-chat-stack.ts';
import { backendVariables } from '../../contract/services/backend-variables.ts';
import { asText, type Variable } from '../../model/variable.ts';

export { startApp } from '../../app/start.ts';
export { fieldManager } from '../../model/names.ts';
export { documentDigest, revisionsKept } from '../../deploy/history.ts';
export { configDigest } from '../../model/digest.ts';
export { backendDigest as envDigest } from '../../contract/backend-env.ts';
export { serviceOf, stackHistoryName, stackSecretName } from '../../model/environment.ts';
export { errorCodes, exitCodeOf, terminalCodes } from '../../model/errors.ts';
export { labelsOf, managedBy, selectorOf, stackLabels, stackSelector } from '../../model/labels.ts';
export {
  afterClose,
  clientFrame,
  closeCodes,
  limits,
  serverFrame,
  subprotocols,
} from '../../contract/protocol.ts';
export { httpPaths } from '../../contract/services/backend.ts';
export { storeNames } from '../../contract/services/backend-variables.ts';
export type { RenderOptions };

/** What a user runs, from the root of the repository. */
export const program = 'cli/main.mjs';

/** A document whose defaults are filled in. */
export const documentOf = (spec: object, metadata: object = {}): unknown =>
  readChatStack(rewriteEarlierForms({ metadata, spec }).document, 'a frozen case');

/** The stack of a document with this `spec` and `metadata`. */
export const stackOf = (spec: object, metadata: object = {}): Stack =>
  chatStack(readChatStack(rewriteEarlierForms({ metadata, spec }).document, 'a frozen case'));

/** The keys of the Secret the stack makes itself. */
export const secretKeysOf = (stack: Stack): string[] => generatedSecretKeys(stack).map(({ key }) => key);

/** The manifests of a stack: file name → the bytes `synth` writes, in the order in which they are applied. */
export function manifestFiles(stack: Stack, options: RenderOptions): [file: string, text: string][] {
  const app = new App();
  return addStackCharts(app, stack, options).map((chart) => [
    `${Names.toDnsLabel(chart)}${app.outputFileExtension}`,
    stringifyManifests(chart.apiObjects.map((object) => object.toJson() as unknown)),
  ]);
}

/** The parsed environment of these values. @throws Error naming what does not parse. */
export function envOf(values: Readonly<Record<string, string>>): Env {
  const result = parseBackendEnv(values);
  if (result.ok) return result.env;
  throw new Error(result.problems.map(({ message }) => message).join('\n'));
}

/** What names are made of. */
export const names = {
  apiGroup,
  apiVersion,
  kind: chatStackKindName,
  configDigestAnnotation,
  filesDigestAnnotation,
  roleLabel,
  suffixes,
  workloadNameLength,
};

/** Every variable of the backend by name. */
export const variables: Readonly<Record<string, Variable>> = backendVariables;

/** The default of a variable as its text; null where it has none. */
export const defaultOf = ({ default: value }: Variable): string | null =>
  value === undefined ? null : asText(value);

/** The metrics of the backend, before anything was counted. */
export const metricsRegistry = (): Metrics['registry'] => new Metrics(() => []).registry;

/** The bodies the backend answers with. */
export const bodies: Readonly<Record<string, z.ZodType>> = {
  readyz: http.readyz,
  status: http.status,
  config: configReport,
  patientContext: http.patientContext,
  problem: http.problem,
};
export const { retryAfterSeconds } = http;

// It is called as its user does.
const wholeCommandLine = createCli([chatKind], { version: '0', commands }).name('mooring');
await Promise.all(wholeCommandLine.commands.map(described));

/** The whole command line. */
export const commandLine = (): ReturnType<typeof createCli> => wholeCommandLine;
