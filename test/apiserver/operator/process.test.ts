import { randomUUID } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { chatStackIn, until, userOf } from './lab.ts';
import { startOperatorProcess, type OperatorProcess } from './operator-process.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

/** An operator of one namespace. Killed at the end of the test. */
async function startReplica(
  namespace: string,
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<OperatorProcess> {
  const replica = await startOperatorProcess({
    ...env,
    KUBECONFIG: lab().kubeconfigPath,
    WATCH_NAMESPACE: namespace,
    POD_NAMESPACE: namespace,
    POD_NAME: name,
  });
  onTestFinished(replica.kill);
  await until(`${name} to be ready`, replica.isReady);
  return replica;
}

test('of two processes one leads and reconciles; the other takes over when it is killed, or when it ends', async () => {
  const namespace = `process-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  const first = await startReplica(namespace, 'first');
  await until('the first to lead', first.leads);
  const second = await startReplica(namespace, 'second');
  await user.apply(chatStackIn(namespace));
  await until('the stack to be applied', () => user.isObserved(namespace));
  expect(await second.leads()).toBe(false);

  const killedAt = performance.now();
  await first.kill();
  await until('the second to lead', second.leads);
  const takeoverMs = Math.round(performance.now() - killedAt);
  console.log(`The second led ${takeoverMs} ms after the first was killed.`);
  expect(takeoverMs).toBeLessThan(20_000);

  const third = await startReplica(namespace, 'third');
  const endedAt = performance.now();
  expect(await second.end()).toBe(0);
  await until('the third to lead', third.leads);
  console.log(
    `The third led ${Math.round(performance.now() - endedAt)} ms after the second was told to end.`,
  );
  for (const { output } of [first, second, third]) expect(output()).not.toMatch(/"level":50/);
});

test('each line of a reconcile is logged with its kind, its stack and its id', async () => {
  const namespace = `logged-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  const { output } = await startReplica(namespace, 'logging', { LOG_LEVEL: 'debug' });
  await user.apply(chatStackIn(namespace));
  await until('the stack to be applied', () => user.isObserved(namespace));
  await user.remove({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'talk-redis', namespace } });
  const linesOf = (msg: string) =>
    output()
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
      .filter((line) => line['msg'] === msg);
  const changed = () => linesOf('Changed by another manager')[0];
  await until('the change to be logged', () => Promise.resolve(changed() !== undefined));
  expect(changed()).toMatchObject({
    kind: 'ChatStack',
    stack: `${namespace}/talk`,
    object: 'Service talk-redis',
  });
  const id = changed()?.['reconcile'];
  const ends = () => linesOf('Reconciled').filter(({ reconcile }) => reconcile === id);
  await until('its reconcile to end', () => Promise.resolve(ends().length > 0));
  expect(ends()).toMatchObject([{ kind: 'ChatStack', stack: `${namespace}/talk`, reconcile: id }]);
});

test('what a stack tells in a condition is in the metrics of the process: as an error, and as a stack that has it', async () => {
  const namespace = `counted-${randomUUID().slice(0, 8)}`;
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  const anothers = { metadata: { name: 'talk-redis', namespace }, spec: { ports: [{ port: 1 }] } };
  await user.apply({ apiVersion: 'v1', kind: 'Service', ...anothers });
  await user.apply(chatStackIn(namespace));
  const { get } = await startReplica(namespace, 'counting');
  const counted = async (metric: string) => (await get('/metrics')).text.includes(`\n${metric} 1\n`);
  const ready = 'kind="ChatStack",condition="Ready",status="False",reason="NotApplied"';
  await until('the stack to be counted', () => counted(`mooring_operator_stacks{${ready}}`));
  expect((await get('/metrics')).text).toMatch(
    /^mooring_operator_errors_total\{kind="ChatStack",reason="NotApplied"\} [1-9]/m,
  );
});

test('without a cluster a process is alive and unready, and says why', async () => {
  const { get, kill, isReady, end } = await startOperatorProcess({ KUBECONFIG: '/nowhere' });
  onTestFinished(kill);
  await until('the process to be alive', async () => (await get('/healthz')).status === 200);
  await until('the reason', async () => /kubeconfig cannot be read/.test((await get('/readyz')).text));
  expect(await isReady()).toBe(false);
  // It is still there to be ended.
  expect(await end()).toBe(0);
});

test('with a bad environment a process ends with 78, each variable named with its value and what was expected', async () => {
  const { exited, output } = await startOperatorProcess({ LOG_LEVEL: 'loud' });
  expect(await exited).toBe(78);
  expect(output()).toMatch(/^LOG_LEVEL is "loud"; expected .*debug/);
});
