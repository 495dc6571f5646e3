import { findDocument } from '../charts-ts/read-document.ts';
import { chatKind } from '../contract/chat-kind.ts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../app/config.ts';
import { endOnSignal } from '../app/end-on-signal.ts';
import { ProblemError } from '../app/http/problem.ts';
import { startApp } from '../app/start.ts';
import { nextSteps } from '../charts-ts/next-steps.ts';
import { synth } from '../charts-ts/synth.ts';
import { UserError } from '../charts-ts/user-error.ts';
import { StackError } from '../model/define-stack.ts';
import { errorCodes } from '../model/errors.ts';
import { buildPage } from './build-page.ts';
import { cachedModels } from './models/cached-models.ts';
import { localEnvironment } from './local-environment.ts';

/** `npm start`: synthesises the manifests and starts the chat on embedded stores, on loopback. */
const usage = 'Usage: npm start [-- --port NUMBER]';

const port = askedPort();
// The environment wins over .env.
if (existsSync('.env')) process.loadEnvFile();
Object.assign(process.env, localEnvironment(process.env, port));
await provideModels();
const { env, warnings } = readConfig();

try {
  const app = await startApp(env, { warnings });
  endOnSignal(app);
  const manifests = synthesised();
  await buildPage();
  await Promise.race([app.ready(), new Promise((resolve) => setTimeout(resolve, 3_000))]);
  process.stdout.write(`
${manifests.trim()}

Chat:       ${app.publicUrl}/chat/patient:demo
Memory:     ${resolve(env.DATA_DIR)}
Manifests:  ${resolve('dist')}
Operations: ${app.metricsUrl}/readyz
Ctrl-C ends it.
`);
} catch (error) {
  if (!(error instanceof ProblemError)) throw error;
  console.error(error.message);
  if (error.code === 'PORT_BUSY') console.error(`Another port: npm start -- --port ${env.HTTP_PORT + 100}`);
  process.exit(errorCodes[error.code].exit);
}

/** Synthesises as `npx cdk8s synth` does. @returns what it wrote and the next command. */
function synthesised(): string {
  try {
    const { stack, source, folder } = synth(findDocument([chatKind], process.env['MOORING_STACK']));
    return nextSteps(stack, source, folder);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof StackError)) throw error;
    console.error(error.message);
    return process.exit(errorCodes.STACK_INVALID.exit);
  }
}

/** Without an embedder of the environment's own, the models of the cache are used; without a network, none. */
async function provideModels(): Promise<void> {
  const { EMBEDDINGS_BASE_URL, MODEL_DIR } = process.env;
  if (EMBEDDINGS_BASE_URL !== undefined || MODEL_DIR !== undefined) return;
  try {
    Object.assign(process.env, { MODEL_DIR: await cachedModels((line) => console.log(line)) });
  } catch (error) {
    console.error(
      `The memory is searched by words only: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** The next port is the metrics port, so 65535 cannot be chosen. */
function askedPort(): string | undefined {
  try {
    const { port } = parseArgs({ options: { port: { type: 'string' } } }).values;
    if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_534))
      throw new RangeError(`--port is "${port}"; expected a port number from 1 to 65534.`);
    return port;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
    return process.exit(64);
  }
}
