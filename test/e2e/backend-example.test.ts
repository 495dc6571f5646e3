import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { backendPorts } from '../../contract/services/backend-ports.ts';
import { capture } from '../servers/command.ts';
import { freePort, LOOPBACK } from '../servers/ports.ts';
import { startChat } from './chat-app.ts';
import { connected } from './chat-client.ts';

const page = await readFile('docs/backend.md', 'utf8');
const [, example = ''] = /^```js\n([^]*?)^```$/m.exec(page) ?? [];

/** The path of the example, without where the backend listens. */
const [, port, path = ''] = /'ws:\/\/localhost:(\d+)(\/[^']+)'/.exec(example) ?? [];

/** Runs the program of docs/backend.md as a file, in a process of its own. */
async function say(url: string, ...words: string[]): Promise<Awaited<ReturnType<typeof capture>>> {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-example-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'say.mjs');
  await writeFile(file, example);
  return capture(process.execPath, [file, ...words], { env: { CHAT_URL: url } });
}

test('the program of docs/backend.md sends a message and prints the answer that is stored', async () => {
  const app = await startChat();
  await app.ready();
  const url = `${app.wsUrl}${path}`;
  const { code, stdout, stderr } = await say(url, 'I take aspirin.');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toBe('');
  const { history } = await (await connected(url)).frame('welcome');
  expect(history?.map((turn) => turn.text)).toEqual(['I take aspirin.', stdout]);
});

test('it says what was wrong with its message, and ends with 1', async () => {
  const app = await startChat();
  await app.ready();
  const { code, stderr } = await say(`${app.wsUrl}${path}`, ' ');
  expect(code).toBe(1);
  expect(stderr).toMatch(/\S/);
});

test('it says where nothing answers, and ends with 1', async () => {
  const url = `ws://${LOOPBACK}:${await freePort()}${path}`;
  const { code, stderr } = await say(url);
  expect(code).toBe(1);
  expect(stderr).toContain(url);
});

test('without CHAT_URL it dials the port of the contract', () => {
  expect(Number(port)).toBe(backendPorts.http.hostPort);
});
