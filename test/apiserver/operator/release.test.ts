import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { at } from '../../charts-ts/rendered.ts';
import { capture } from '../../servers/command.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { chatStackIn, startOperator, startWithChatStacks, until, userOf } from './lab.ts';

const lab = forSuite(startWithChatStacks);

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
