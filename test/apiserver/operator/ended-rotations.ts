import { expect } from 'vitest';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { endingAt, type Walk } from './ended-operators.ts';
import { until } from './lab.ts';
import { appliedRotation, expectRotated } from './rotated.ts';

/**
 * Rotates a stack's secrets again and again, each time with an operator that ends after another write. Asserts that the
 * next operator goes on, that the store is told once, and that the end is the same.
 */
export async function endRotationAtWrites(server: ApiServer, { every }: Walk): Promise<void> {
  const rotation = await appliedRotation(server);
  await rotation.podOfStore(true);
  let rotations = 0;
  for (let [last, isKilled] = [1, true]; isKilled; last += every) {
    const [token, before] = [`token-${last}`, (await rotation.values()) ?? {}];
    const passwords = rotation.store.passwords.length;
    const { intercept, hasEnded } = endingAt(last);
    const killed = await rotation.start({ intercept });
    await rotation.ask(token);
    await until(`write ${last}, or the end`, async () => {
      const { token: now, phase } = (await rotation.status()) ?? {};
      return hasEnded() || (now === token && phase === 'Done');
    });
    isKilled = hasEnded();
    await killed.stop();
    const next = await rotation.start();
    await rotation.isDone(token);
    await expectRotated(server, rotation, token, before);
    expect(rotation.store.passwords.length, token).toBe(passwords + 1);
    expect(next.errors).toEqual([]);
    await next.stop();
    rotations++;
  }
  const done = (await rotation.events()).filter(({ reason }) => reason === 'SecretsRotated');
  expect(new Set(done.map(({ message }) => message)).size).toBe(rotations);
  console.log(`${rotations} rotations, each but the last ended at another write.`);
}
