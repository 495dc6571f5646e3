import { describe, expect, test } from 'vitest';
import { renderStack } from '../../../charts-ts/render.ts';
import { wiringChecks } from '../../../cli/doctor/wiring.ts';
import type { KubeObject } from '../../../kube/objects.ts';
import { stackOf } from '../../charts-ts/rendered.ts';

const rendered: readonly KubeObject[] = renderStack(stackOf());

/** The objects with one of them changed. */
function changed(kind: string, name: string, from: string, to: string): KubeObject[] {
  return rendered.map((object) => {
    if (object.kind !== kind || object.metadata.name !== name) return object;
    const text = JSON.stringify(object);
    expect(text).toContain(from);
    return JSON.parse(text.replace(from, to)) as KubeObject;
  });
}

const remedy = undefined;
const wrong = (live: readonly KubeObject[]): string[] =>
  wiringChecks(rendered, live, remedy)
    .filter(({ verdict }) => verdict === 'wrong')
    .map(({ says }) => says);

describe('wiring', () => {
  test('is right where nobody changed anything', () => {
    expect(wiringChecks(rendered, rendered, remedy).map(({ verdict }) => verdict)).toEqual(['ok']);
  });

  test.each([
    [
      'Service',
      'demo-redis',
      '"port":6379',
      '"port":6380',
      /Service demo-redis: port "redis" is 6380 → redis in the cluster, but 6379 → redis/,
    ],
    ['Service', 'demo-redis', '"targetPort":"redis"', '"targetPort":6380', /is 6379 → 6380 in the cluster/],
    [
      'Service',
      'demo-neo4j',
      '"app.kubernetes.io/name":"neo4j"}',
      '"app.kubernetes.io/name":"redis"}',
      /demo-neo4j: selector is .*redis in the cluster/,
    ],
    [
      'StatefulSet',
      'demo-qdrant',
      '"containerPort":6333',
      '"containerPort":6334',
      /port "http" of container "qdrant" is 6334/,
    ],
    [
      'Deployment',
      'demo-backend',
      'mooring/backend:0.1.0',
      'mooring/backend:0.0.9',
      /image of container "backend" is mooring\/backend:0.0.9/,
    ],
  ])('a change of %s %s (%s → %s) is told', (...row) => {
    const [kind, name, from, to, told] = row;
    const said = wrong(changed(kind, name, from, to));
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(told);
  });

  test('promises what an apply can do, and nothing where none can', () => {
    const live = changed('Service', 'demo-redis', '"port":6379', '"port":6380');
    const fixes = (promise: string | undefined) =>
      wiringChecks(rendered, live, promise).map(({ fix }) => fix);
    expect(fixes('"mooring apply --force-conflicts" takes it back.')).toEqual([
      '"mooring apply --force-conflicts" takes it back.',
    ]);
    expect(fixes(undefined)).toEqual([undefined]);
  });
});
