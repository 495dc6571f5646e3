import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { run } from '../../servers/command.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { freePort } from '../../servers/ports.ts';
import { chatStackIn, startWithChatStacks, until, userOf } from './lab.ts';

const lab = forSuite(startWithChatStacks);

test('the bundle that the image holds needs no other file, and applies a stack', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-operator-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await run(process.execPath, ['scripts/build-operator.ts', join(folder, 'operator')]);
  const namespace = 'bundled';
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  await user.apply(chatStackIn(namespace));

  const child = spawn(process.execPath, ['main.js'], {
    cwd: join(folder, 'operator'),
    env: {
      KUBECONFIG: lab().kubeconfigPath,
      WATCH_NAMESPACE: namespace,
      POD_NAMESPACE: namespace,
      OPERATOR_PORT: String(await freePort()),
    },
    stdio: 'ignore',
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await until('the stack to be applied', async () => {
    const { metadata, status } = (await user.resource(namespace)) ?? {};
    return metadata !== undefined && status?.observedGeneration === metadata.generation;
  });
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(child.exitCode).toBe(0);
});
