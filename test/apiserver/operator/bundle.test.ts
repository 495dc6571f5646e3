import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { forSuite } from '../../servers/for-suite.ts';
import { chatStackIn, until, userOf } from './lab.ts';
import { bundleOperator, startOperatorProcess } from './operator-process.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

test('the bundle that the image holds needs no other file, and applies a stack', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'mooring-operator-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await bundleOperator(join(folder, 'operator'));
  const namespace = 'bundled';
  await lab().createNamespace(namespace);
  const user = userOf(lab());
  await user.apply(chatStackIn(namespace));

  const { end, kill } = await startOperatorProcess(
    { KUBECONFIG: lab().kubeconfigPath, WATCH_NAMESPACE: namespace, POD_NAMESPACE: namespace },
    join(folder, 'operator'),
  );
  onTestFinished(kill);
  await until('the stack to be applied', () => user.isObserved(namespace));
  expect(await end()).toBe(0);
});
