import { expect, test } from 'vitest';
import { namespaceChecks } from '../../../cli/doctor/namespace.ts';
import type { Owned } from '../../../cli/owned.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import type { Cluster } from '../../../kube/cluster.ts';

const owned: Owned = {
  resource: {
    ...{ apiVersion: chatKind.apiVersion, kind: chatKind.kind },
    metadata: { name: 'demo', namespace: 'chat' },
  },
  kind: chatKind,
  where: { context: 'there' },
};
const answering = (status: number, labels: object = {}): Cluster =>
  ({
    api: { request: () => Promise.resolve({ status, json: { metadata: { name: 'chat', labels } } }) },
  }) as unknown as Cluster;

test('a namespace that enforces Pod Security is as it should be', async () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
  expect(await namespaceChecks(answering(200, labels), owned)).toEqual([]);
});

test('one that does not is noted, with the command that labels it as `mooring apply` does', async () => {
  const [check] = await namespaceChecks(answering(200), owned);
  expect(check?.verdict).toBe('note');
  expect(check?.fix).toMatch(
    /^kubectl --context there label --overwrite namespace chat pod-security.kubernetes.io\/enforce=restricted pod-security.kubernetes.io\/enforce-version=v\d/,
  );
});

test('of one that may not be read it is unknown', async () => {
  const [check] = await namespaceChecks(answering(403), owned);
  expect(check?.says).toMatch(/^Unknown: whether Namespace chat enforces /);
});
