import { describe, expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { hardeningProblems } from '../../proof/packs/mooring/hardening.ts';
import { idOf, pick, stackOf, workloadsOf } from '../charts-ts/rendered.ts';
import { containerHardening, podHardening, without } from './hardening-fields.ts';

const objects = renderStack(stackOf());
const neo4j = pick(objects, 'StatefulSet', 'demo-neo4j');

test.each(workloadsOf(objects).map((object) => [idOf(object), object] as const))(
  '%s as it is rendered has no problem',
  (_, object) => expect(hardeningProblems(object)).toEqual([]),
);

test.each(podHardening)('a pod without %s is refused', (field) => {
  const [problem, ...more] = hardeningProblems(without(neo4j, `spec.template.spec.${field}`));
  expect(problem).toContain(`StatefulSet demo-neo4j: ${field} must be`);
  expect(more).toEqual([]);
});

describe.each(['containers', 'initContainers'])('in %s', (list) => {
  test.each(containerHardening)('a container without %s is refused', (field) => {
    const problems = hardeningProblems(without(neo4j, `spec.template.spec.${list}.0.${field}`));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`${field} must be`);
  });
});

test('a capability added is refused', () => {
  const copy = structuredClone(neo4j) as unknown as {
    spec: { template: { spec: { containers: { securityContext: { capabilities: object } }[] } } };
  };
  const [container] = copy.spec.template.spec.containers;
  if (!container) throw new Error('there is no container');
  container.securityContext.capabilities = { drop: ['ALL'], add: ['SYS_ADMIN'] };
  expect(hardeningProblems(copy)).toEqual([
    expect.stringContaining('securityContext.capabilities.add must be nothing'),
  ]);
});
