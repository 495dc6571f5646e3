import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { at } from '../../charts-ts/rendered.ts';
import { capture } from '../../servers/command.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { appliedStack, chatStackIn, settled, startOperator, until, userOf, type Intercept } from './lab.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

test('a stack that was released is taken over by mooring apply, with pods that do not wait for the operator', async () => {
  const namespace = 'released';
  await lab().createNamespace(namespace);
  const storage = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'example.com/none',
  };
  await lab().kubectl(['apply', '-f', '-'], { input: JSON.stringify(storage) });
  const user = userOf(lab());
  const document = chatStackIn(namespace);
  const operator = await startOperator(lab(), { namespace });
  await user.apply(document);
  await until('the stack to be applied', async () => {
    const { metadata, status } = (await user.resource(namespace)) ?? {};
    return metadata !== undefined && status?.observedGeneration === metadata.generation;
  });
  await operator.stop();
  const gates = async (): Promise<unknown> =>
    at(
      await user.read('apps/v1', 'Deployment', namespace, 'talk-backend'),
      'spec.template.spec.readinessGates',
    );
  expect(await gates()).not.toBeUndefined();

  // As the garbage collector orphans what a resource owns.
  for (const object of await ownedObjects(user.cluster, { name: 'talk', namespace }))
    await user.patch(object, [{ op: 'remove', path: '/metadata/ownerReferences' }]);
  await user.remove((await user.resource(namespace)) as KubeObject);

  const path = join(dirname(lab().kubeconfigPath), 'released.json');
  await writeFile(path, JSON.stringify(document));
  const { code, stderr } = await capture(
    process.execPath,
    ['cli/main.mjs', 'apply', '-f', path, '--yes', '--no-wait', '--force-conflicts'],
    { env: { KUBECONFIG: lab().kubeconfigPath, MOORING_STACK: '' } },
  );
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  expect(await gates()).toBeUndefined();
});

test('an owner that was taken from an object comes back only while the API server has it, whatever the watch says', async () => {
  let isThere = true;
  let asked = 0;
  const intercept: Intercept = async (method, path, send) => {
    const answer = await send();
    if (method !== 'GET' || !path.endsWith('/chatstacks') || isThere) return answer;
    asked++;
    return { ...answer, json: { items: [] } };
  };
  const { namespace, user, operator, read } = await appliedStack(lab(), {}, { intercept });
  const owners = async () => (await read('Service', 'talk-redis'))?.metadata.ownerReferences?.length ?? 0;
  await settled(operator);
  isThere = false;
  await user.patch((await read('Service', 'talk-redis')) as KubeObject, [
    { op: 'remove', path: '/metadata/ownerReferences' },
  ]);
  await until('the resource to be asked for', () => Promise.resolve(asked > 0));
  await settled(operator);
  expect(await owners()).toBe(0);
  isThere = true;
  await until('the owner to be back', async () => {
    operator.enqueue(namespace, 'talk');
    return (await owners()) === 1;
  });
});
