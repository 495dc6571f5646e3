import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { deleteDefinitions } from '../../../cli/installation/definitions.ts';
import { renderStack } from '../../../charts-ts/render.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { planOf } from '../../../deploy/plan.ts';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import { openCluster } from '../../../kube/cluster.ts';
import { keyOfObject, type KubeObject } from '../../../kube/objects.ts';
import type { Kinds } from '../../../model/kinds.ts';
import { readObject } from '../../../kube/server-side-apply.ts';
import { crdName } from '../../../operator/manifests/names.ts';
import { fieldManager } from '../../../model/names.ts';
import { at } from '../../charts-ts/rendered.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { commandsUnder, startOwnedLab, type Operated } from './owned-lab.ts';
import { until, userOf } from './lab.ts';

const lab = forSuite(() => startOwnedLab());

const gatesOf = async ({ user, namespace }: Operated): Promise<unknown> =>
  at(
    await user.read('apps/v1', 'Deployment', namespace, `${namespace}-backend`),
    'spec.template.spec.readinessGates',
  );

const objectsOf = ({ user, namespace }: Operated): Promise<KubeObject[]> =>
  ownedObjects(user.cluster, { name: namespace, namespace });

/** What `mooring apply` of the document would still change, by a dry run as its field manager. */
async function differences({ namespace }: Operated, spec: object): Promise<string[]> {
  const stack = chatKind.stack(chatKind.schema.parse({ metadata: { name: namespace, namespace }, spec }));
  const cluster = openCluster({ kubeconfig: lab().server.kubeconfigPath }, fieldManager);
  try {
    const planned = await planOf(cluster, renderStack(stack));
    return planned.flatMap(({ object, changes, contested }) => [
      ...changes.map(({ path }) => `${keyOfObject(object)} ${path}`),
      ...contested.map(({ field, manager }) => `${keyOfObject(object)} ${field} (${manager})`),
    ]);
  } finally {
    cluster.api.close();
  }
}

describe('a stack that a custom resource owns', () => {
  const kept = 'kept';
  const file = (): string => join(lab().folder, `${kept}.yaml`);
  const versions = async (): Promise<unknown> => {
    const user = userOf(lab().server);
    const live = await ownedObjects(user.cluster, { name: kept, namespace: kept });
    return live.map((object) => [keyOfObject(object), object.metadata.resourceVersion]);
  };

  test('is not changed by mooring apply, forced or not, and the message names the document instead', async () => {
    await lab().operated(kept);
    const before = await versions();
    for (const more of [[], ['--force-conflicts'], ['--dry-run']]) {
      const { code, stderr } = await lab().mooring(['apply', '-f', file(), '--yes', '--no-wait', ...more]);
      expect(code, stderr).toBe(73);
      expect(stderr).toContain('ChatStack kept in namespace kept owns this stack');
      expect(commandsUnder(stderr, /To change it/)).toEqual([
        `kubectl --namespace kept apply --filename ${file()}`,
      ]);
      expect(stderr).not.toContain('mooring-operator');
    }
    expect(await versions()).toEqual(before);
  });

  test.each([
    [['down'], /^To remove it/, 'kubectl --namespace kept delete chatstacks kept'],
    [['down', '--delete-data'], /^To remove it/, 'kubectl --namespace kept delete chatstacks kept'],
    [['rollback'], /^An operator keeps no revisions/, 'kubectl --namespace kept apply --filename '],
    [['secrets', 'rotate'], /^To have the operator rotate/, 'kubectl --namespace kept annotate chatstacks '],
  ] as const)('%j refuses, and names what does it', async (words, heading, command) => {
    const before = await versions();
    const { code, stderr } = await lab().mooring([...words, '-f', file(), '--yes']);
    expect(code, stderr).toBe(73);
    expect(commandsUnder(stderr, heading)).toEqual([expect.stringContaining(command)]);
    expect(await versions()).toEqual(before);
  });

  test('is compared by mooring diff with what its operator applies', async () => {
    const same = await lab().mooring(['diff', '-f', file()]);
    expect({ code: same.code, stdout: same.stdout }).toEqual({ code: 0, stdout: '' });
    expect(same.stderr).toContain('ChatStack kept owns this stack');
    const other = await lab().document(kept, { backend: { replicas: 2 } });
    const { code, stdout } = await lab().mooring(['diff', '-f', other, '-o', 'json']);
    expect(code).toBe(1);
    const { diff } = JSON.parse(stdout) as { diff: { object: string; changes: { path: string }[] }[] };
    const changed = diff.flatMap(({ object, changes }) => changes.map(({ path }) => `${object} ${path}`));
    expect(changed).toContain('Deployment kept-backend spec.replicas');
    expect(JSON.stringify(diff)).not.toMatch(/readinessGates|ownerReferences/);
  });

  test('goes on without pods that wait, by the commands of the refusal, while the operator runs on', async () => {
    const spec = { preset: 'staging' };
    const stack = await lab().operated('freed', spec);
    expect(await gatesOf(stack)).toBeDefined();
    const uids = new Map(
      (await objectsOf(stack)).map((object) => [keyOfObject(object), object.metadata.uid]),
    );
    const { stderr } = await lab().mooring(['apply', '-f', stack.file, '--yes', '--no-wait']);
    const commands = commandsUnder(stderr, /To take it from the operator/);
    expect(commands).toHaveLength(3);
    for (const command of commands) {
      const ended = await lab().shell(command);
      expect({ command, code: ended.code, stderr: ended.code === 0 ? '' : ended.stderr }).toEqual({
        ...{ command, code: 0, stderr: '' },
      });
    }
    const writes = stack.operator.writes.length;
    expect(await gatesOf(stack)).toBeUndefined();
    const live = await objectsOf(stack);
    // The same objects, none of them made anew, and none that the deletion of a resource would take along.
    for (const object of live) {
      expect(uids.get(keyOfObject(object)), keyOfObject(object)).toBe(object.metadata.uid);
      expect(object.metadata.ownerReferences ?? []).toEqual([]);
    }
    expect(live).toHaveLength(uids.size);
    expect(await differences(stack, spec)).toEqual([]);
    // The next apply needs no force.
    expect((await lab().mooring(['apply', '-f', stack.file, '--yes', '--no-wait'])).code).toBe(0);
    expect(stack.operator.writes.length).toBe(writes);
    expect(stack.operator.errors).toEqual([]);
  });

  test('is taken up again by kubectl apply of its document, gates and owner included', async () => {
    const stack = await lab().operated('again');
    const { stderr } = await lab().mooring(['apply', '-f', stack.file, '--yes', '--no-wait']);
    for (const command of commandsUnder(stderr, /To take it from the operator/)) await lab().shell(command);
    expect(await gatesOf(stack)).toBeUndefined();
    await lab().kubectl(['apply', '-f', stack.file]);
    await until('the gates to be back', async () => (await gatesOf(stack)) !== undefined);
  });

  test('keeps its objects when the definition is deleted, also one that was applied meanwhile', async () => {
    const stack = await lab().operated('orphaned');
    await stack.operator.stop();
    const before = await objectsOf(stack);
    const cluster = openCluster({ kubeconfig: lab().server.kubeconfigPath }, fieldManager);
    onTestFinished(() => cluster.api.close());
    const definition = await readObject(cluster, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: crdName(chatKind) },
    });
    const kinds = [chatKind] as unknown as Kinds;
    const signal = AbortSignal.timeout(60_000);
    await deleteDefinitions(cluster, kinds, definition ? [definition] : [], { namespace: 'nowhere', signal });
    const left = await lab().kubectl(['get', 'customresourcedefinitions', '-o', 'name']);
    expect(left).toBe('');
    const after = await objectsOf(stack);
    expect(after.map(({ metadata }) => metadata.uid)).toEqual(before.map(({ metadata }) => metadata.uid));
    expect(after.flatMap(({ metadata }) => metadata.ownerReferences ?? [])).toEqual([]);
  });
});
