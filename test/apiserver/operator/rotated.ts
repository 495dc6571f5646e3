import { expect } from 'vitest';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { differences } from './differences.ts';
import { until } from './lab.ts';
import { startRotationLab, type RotationLab } from './rotation-lab.ts';

/** A stack that is applied, with a ready store that has its first password. */
export async function appliedRotation(server: ApiServer, spec?: object): Promise<RotationLab> {
  const rotation = await startRotationLab(server, spec);
  const operator = await rotation.start();
  await until('the stack to be applied', () => rotation.user.isObserved(rotation.namespace));
  await operator.stop();
  rotation.store.passwords.push((await rotation.values())?.['neo4j-password'] ?? '');
  return rotation;
}

/** The workloads that have a secret of their own that is rotated. */
export const restarted = [
  ['Deployment', 'talk-backend'],
  ['StatefulSet', 'talk-redis'],
  ['StatefulSet', 'talk-qdrant'],
] as const;

/** Holds everything that a rotation leaves against what it is to leave. */
export async function expectRotated(
  server: ApiServer,
  rotation: RotationLab,
  token: string,
  before: object,
): Promise<void> {
  const after = (await rotation.values()) ?? {};
  for (const [key, value] of Object.entries(before)) expect([key, after[key]]).not.toEqual([key, value]);
  expect(after['neo4j-password']).toBe(rotation.store.passwords.at(-1));
  expect(await rotation.values('talk-secrets-next')).toBeUndefined();
  expect(await rotation.doors()).toEqual([]);
  const times = await Promise.all(restarted.map(([kind, name]) => rotation.restartedAt(kind, name)));
  expect(new Set(times).size, 'restarted at once').toBe(1);
  expect(times[0]).toBeDefined();
  expect(await rotation.restartedAt('StatefulSet', 'talk-neo4j')).toBeUndefined();
  expect(await rotation.status()).toEqual({
    ...{ token, phase: 'Done', message: '' },
    time: expect.stringMatching(/^20/) as string,
  });
  expect(await differences(server, rotation.user, rotation.namespace)).toEqual([]);
}
