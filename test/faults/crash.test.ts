import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { delta, startModelServer } from '../app/llm/sse-server.ts';
import { ChatClient, connected } from '../e2e/chat-client.ts';
import { poll } from '../servers/poll.ts';
import { LOOPBACK } from '../servers/ports.ts';
import { launchApp } from './app-process.ts';

const PATH = '/ws/chat/patient%3Ademo/session%3A1';

/** The app on embedded stores in a folder that outlives it. */
async function launch(env: Readonly<Record<string, string>>) {
  const app = await launchApp({ EMBEDDED_STORES: storeNames.join(','), ...env });
  onTestFinished(app.stop);
  const ready = async (): Promise<boolean> =>
    (await fetch(`http://${LOOPBACK}:${app.metricsPort}/readyz`)).ok;
  expect(await poll(ready, { timeoutMs: 30_000 })).toBe('met');
  return { ...app, url: `ws://${LOOPBACK}:${app.port}${PATH}` };
}

test('an answer owed by a process that was killed is made by the next one, unasked, once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-crash-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Each process' first question to the model hangs until the process is gone, unless it is the last process.
  let isAnswering = false;
  const model = await startModelServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta(isAnswering ? 'Whole.' : 'Half '));
    if (isAnswering) response.end(`${delta('', 'stop')}data: [DONE]\n\n`);
  });
  onTestFinished(() => model.stop());
  const env = { DATA_DIR: folder, LLM_BASE_URL: model.baseUrl };

  const first = await launch(env);
  const client = await connected(first.url);
  client.say('m1', 'I have a cat.');
  await client.frame('ack', 'm1');
  await client.frame('delta', 'm1');
  await first.kill();
  await client.closed;

  isAnswering = true;
  const second = await launch(env);
  const shown = async (): Promise<string[]> => {
    const visitor = new ChatClient(second.url);
    const { history } = await visitor.frame('welcome');
    visitor.socket.terminate();
    return history?.map(({ text }) => text) ?? [];
  };
  expect(await poll(async () => (await shown()).length === 2, { timeoutMs: 60_000 })).toBe('met');
  expect(await shown()).toEqual(['I have a cat.', 'Whole.']);
  expect(model.received).toHaveLength(2);

  const again = await connected(second.url);
  again.say('m1', 'I have a cat.');
  expect(await again.frame('ack', 'm1')).toMatchObject({ duplicate: true });
});
