import { randomUUID } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { freePort } from '../../servers/ports.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { chatStackIn, startWithChatStacks, until, userOf } from './lab.ts';

const lab = forSuite(startWithChatStacks);

interface Replica {
  readonly process: ChildProcess;
  readonly get: (path: string) => Promise<{ status: number; text: string }>;
  readonly output: () => string;
}

/** An operator as its image runs it. Killed at the end of the test. */
async function startReplica(namespace: string, name: string): Promise<Replica> {
  const port = await freePort();
  const child = spawn(process.execPath, ['operator/main.mjs'], {
    env: {
      PATH: process.env['PATH'],
      KUBECONFIG: lab().kubeconfigPath,
      WATCH_NAMESPACE: namespace,
      POD_NAMESPACE: namespace,
      POD_NAME: name,
      OPERATOR_PORT: String(port),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  onTestFinished(() => ended(child));
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  await until(`${name} to be ready`, async () => (await get('/readyz')).status === 200);
  return { process: child, get, output: () => output };
}

/** Ends a process that may have ended by itself. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

const leads = async ({ get }: Replica): Promise<boolean> =>
  /^mooring_operator_leads 1$/m.test((await get('/metrics')).text);

test('of two processes one leads and reconciles; the other takes over when it is killed, or when it ends', async () => {
  const namespace = `process-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  const first = await startReplica(namespace, 'first');
  await until('the first to lead', () => leads(first));
  const second = await startReplica(namespace, 'second');
  await user.apply(chatStackIn(namespace));
  await until('the stack to be applied', async () => {
    const { metadata, status } = (await user.resource(namespace)) ?? {};
    return status?.observedGeneration === metadata?.generation && metadata !== undefined;
  });
  expect(await leads(second)).toBe(false);

  first.process.kill('SIGKILL');
  const killedAt = performance.now();
  await until('the second to lead', () => leads(second));
  const takeoverMs = Math.round(performance.now() - killedAt);
  console.log(`The second led ${takeoverMs} ms after the first was killed.`);
  expect(takeoverMs).toBeLessThan(20_000);

  const third = await startReplica(namespace, 'third');
  second.process.kill('SIGTERM');
  const endedAt = performance.now();
  await once(second.process, 'exit');
  expect(second.process.exitCode).toBe(0);
  await until('the third to lead', () => leads(third));
  console.log(
    `The third led ${Math.round(performance.now() - endedAt)} ms after the second was told to end.`,
  );
  for (const { output } of [first, second, third]) expect(output()).not.toMatch(/"level":50/);
});

test('without a cluster a process is alive and unready, and says why', async () => {
  const port = await freePort();
  const child = spawn(process.execPath, ['operator/main.mjs'], {
    env: { PATH: process.env['PATH'], KUBECONFIG: '/nowhere', OPERATOR_PORT: String(port) },
    stdio: 'ignore',
  });
  onTestFinished(() => ended(child));
  const get = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
  await until('the process to be alive', async () => (await get('/healthz')).status === 200);
  await until('the reason', async () =>
    /kubeconfig cannot be read/.test(await (await get('/readyz')).text()),
  );
  expect((await get('/readyz')).status).toBe(503);
  expect(child.exitCode).toBeNull();
});
