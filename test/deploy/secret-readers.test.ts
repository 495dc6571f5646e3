import { expect, test } from 'vitest';
import { chatKind } from '../../contract/chat-kind.ts';
import { shownAnswer } from '../../model/redact-object.ts';
import type { StackKind } from '../../model/stack-kind.ts';
import { desiredOf } from '../../operator/reconcile/desired.ts';
import { outdatedText, restoreCommand, secretReaders, whereKeysAre } from '../../deploy/secret-readers.ts';

const kind = chatKind as unknown as StackKind;
const { stack } = desiredOf(kind, {
  ...{ apiVersion: chatKind.apiVersion, kind: chatKind.kind },
  metadata: { name: 'talk', namespace: 'chat', uid: 'u', generation: 1 },
});
const readers = secretReaders(kind, stack);

test('of each key it is said which variable of which running workload has it, as the contract binds it', () => {
  expect(whereKeysAre(readers)).toBe(
    'redis-password is REDISCLI_AUTH of StatefulSet talk-redis, ' +
      'qdrant-password is QDRANT__SERVICE__API_KEY of StatefulSet talk-qdrant, ' +
      'neo4j-password is NEO4J_PASSWORD of Deployment talk-backend',
  );
});

test('a store that keeps its password itself, and may have begun with an earlier one, is asked last', () => {
  const neo4j = readers.filter(({ key }) => key === 'neo4j-password');
  expect(neo4j.map(({ workload, keeps }) => [workload, keeps])).toEqual([
    ['talk-backend', false],
    ['talk-neo4j', true],
  ]);
});

test('the command that restores the Secret reads every key before it writes one, and no redactor changes it', () => {
  const command = restoreCommand(stack, 'talk-secrets', readers);
  expect(command.split(' && ')).toEqual([
    'redis_password="$(kubectl -n chat exec statefulset/talk-redis -- printenv REDISCLI_AUTH || kubectl -n chat exec deployment/talk-backend -- printenv REDIS_PASSWORD)"',
    'qdrant_password="$(kubectl -n chat exec statefulset/talk-qdrant -- printenv QDRANT__SERVICE__API_KEY || kubectl -n chat exec deployment/talk-backend -- printenv QDRANT_API_KEY)"',
    'neo4j_password="$(kubectl -n chat exec deployment/talk-backend -- printenv NEO4J_PASSWORD || kubectl -n chat exec statefulset/talk-neo4j -- printenv MOORING_NEO4J_PASSWORD)"',
    'kubectl -n chat create secret generic talk-secrets --from-literal=redis-password="$redis_password" --from-literal=qdrant-password="$qdrant_password" --from-literal=neo4j-password="$neo4j_password" --dry-run=client -o yaml | kubectl label --local -f - -o yaml app.kubernetes.io/instance=talk app.kubernetes.io/part-of=talk app.kubernetes.io/managed-by=mooring | kubectl -n chat apply --server-side --field-manager=restore-redis-password-qdrant-password-neo4j-password -f -',
  ]);
  expect(shownAnswer(command)).toBe(command);
});

test('what began with another value is to be restarted', () => {
  const outdated = readers.filter(({ key }) => key === 'redis-password');
  expect(outdatedText({ namespace: 'chat', name: 'talk' }, readers, outdated)).toBe(
    'Secret talk-secrets has another redis-password than pods of statefulset/talk-redis, deployment/talk-backend began with. ' +
      'Write the former values again, or restart what has them: kubectl -n chat rollout restart statefulset/talk-redis deployment/talk-backend.',
  );
});

test('what would begin with a value that its store does not take is not to be restarted', () => {
  const outdated = readers.filter(({ key, keeps }) => key === 'neo4j-password' && !keeps);
  const text = outdatedText({ namespace: 'chat', name: 'talk' }, readers, outdated);
  expect(text).toBe(
    'Secret talk-secrets has another neo4j-password than pods of deployment/talk-backend began with. ' +
      'StatefulSet talk-neo4j keeps neo4j-password in its volume, and takes only the former value: write that one again, before any pod begins anew; then a rotation may change it.',
  );
  const both = readers.filter(
    ({ key, keeps }) => ['redis-password', 'neo4j-password'].includes(key) && !keeps,
  );
  expect(outdatedText({ namespace: 'chat', name: 'talk' }, readers, both)).toMatch(
    /rollout restart statefulset\/talk-redis\.$/,
  );
});
