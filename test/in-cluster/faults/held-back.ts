import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { manifestsIn } from '../../../charts-ts/synth.ts';
import { neo4jName } from '../../../contract/services/neo4j.ts';
import type { Apply } from '../stack/stack.ts';

const heldBackMs = 90_000;

/** Applies everything but Neo4j, sees for 90 s that nothing is restarted, and then applies the rest. */
export const neo4jLast: Apply = async ({ kubectl, pods, status }, { dist }) => {
  const late = manifestsIn(dist).filter((file) => file.includes(neo4jName));
  const early = manifestsIn(dist)
    .filter((file) => !late.includes(file))
    .sort();
  expect([late.length, early.length > 0]).toEqual([1, true]);
  await kubectl(['apply', ...early.flatMap((file) => ['-f', join(dist, file)])]);
  await pause(heldBackMs);
  const { ready, dependencies } = await status();
  expect([ready, dependencies.find(({ name }) => name === neo4jName)?.state]).toEqual([false, 'closed']);
  expect((await pods()).map(({ service, restarts }) => [service, restarts])).toSatisfy(
    (restarts: [string, number][]) => restarts.length === 3 && restarts.every(([, count]) => count === 0),
  );
  await kubectl(['apply', '-f', dist]);
};
