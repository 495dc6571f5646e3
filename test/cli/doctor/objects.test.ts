import { describe, expect, test } from 'vitest';
import { renderStack } from '../../../charts-ts/render.ts';
import { objectChecks, remedyOf } from '../../../cli/doctor/objects.ts';
import type { StackPlan } from '../../../deploy/stack-plan.ts';
import { nameOf, type KubeObject } from '../../../kube/objects.ts';
import type { Planned } from '../../../deploy/plan.ts';
import { scopeOf } from '../../../deploy/take-over.ts';
import { stackOf } from '../../charts-ts/rendered.ts';

const stack = stackOf();
const rendered: readonly KubeObject[] = renderStack(stack);

/** A plan in which nothing differs but what is said of some objects, by their names. */
const planned = (said: Readonly<Record<string, Partial<Planned>>> = {}): StackPlan => ({
  planned: rendered.map((object) => ({
    ...{ object, live: object, scope: scopeOf(object) },
    ...{ changes: [], steps: [], grows: [], contested: [], refused: [], warnings: [] },
    ...said[nameOf(object)],
  })),
  ...{ newSecretKeys: [], secretExists: true, leftovers: [], formerJobs: [], leftoverClaims: [] },
});
const checks = (plan: StackPlan) => objectChecks(stack, plan, { rendered, live: rendered, unread: [] });

const change = { path: 'spec.ports[redis].port', from: 6380, to: 6379 };
const contested = [{ manager: 'kubectl-edit', field: '.spec', change, isRendered: true }];

describe('objects', () => {
  test('are as they should be in one line', () => {
    expect(checks(planned()).map(({ verdict }) => verdict)).toEqual(['ok']);
  });

  test('an object that is gone is told', () => {
    const gone = { live: undefined } as unknown as Partial<Planned>;
    const found = checks(planned({ 'Service demo-neo4j': gone, 'NetworkPolicy demo-default-deny': gone }));
    expect(found.map(({ says }) => says)).toEqual([
      'NetworkPolicy demo-default-deny is not in the cluster.',
      'Service demo-neo4j is not in the cluster.',
    ]);
    expect(found[0]).toMatchObject({ id: 'object/NetworkPolicy demo-default-deny', fix: 'mooring apply' });
  });

  test('that differ are a line each, with field, values and manager', () => {
    const plan = planned({ 'Service demo-redis': { changes: [change], contested } });
    expect(checks(plan)).toEqual([
      {
        id: 'object/Service demo-redis',
        verdict: 'wrong',
        says: 'Service demo-redis differs from the manifests: spec.ports[redis].port is 6380 instead of 6379 (set by "kubectl-edit").',
        fix: '"mooring apply --force-conflicts" takes it back.',
      },
    ]);
  });

  test('that differ in many fields name three and count the others', () => {
    const changes = Array.from({ length: 5 }, (_, at) => ({ path: `spec.field${at}`, to: at }));
    const [check] = checks(planned({ 'Service demo-redis': { changes } }));
    expect(check?.says).toMatch(/spec\.field2 is not there, and 2 more \("mooring diff" shows them\)\.$/);
    expect(check?.fix).toBe('"mooring apply" takes it back.');
  });

  test('that cannot be changed have the reason, and no promise', () => {
    const refused = ['Service demo-redis: node port 30080/TCP belongs to Service web in namespace other.'];
    const plan = planned({
      'Service demo-redis': { refused },
      'Service demo-neo4j': { changes: [change], contested },
    });
    const [first, second] = checks(plan);
    expect(first).toMatchObject({ verdict: 'wrong', says: `An apply is refused: ${refused[0] ?? ''}` });
    expect(first).not.toHaveProperty('fix');
    // An apply changes all or nothing.
    expect(second?.fix).toBe(
      '"mooring apply --force-conflicts" takes it back, once the API server takes Service demo-redis.',
    );
    expect(remedyOf(plan)).toBe(second?.fix);
    expect(remedyOf({ unknown: 'no permission' })).toBeUndefined();
  });

  test('are unknown, and said to be, where nobody may ask for a dry run; what is missing is told all the same', () => {
    const live = rendered.filter((object) => nameOf(object) !== 'Service demo-neo4j');
    const found = objectChecks(stack, { unknown: 'no permission.' }, { rendered, live, unread: [] });
    expect(found).toMatchObject([
      { verdict: 'wrong', says: 'Service demo-neo4j is not in the cluster.' },
      { verdict: 'note', says: 'Whether objects differ from the manifests is unknown: no permission.' },
    ]);
  });

  test('that are refused may have other owners, so no command is promised', () => {
    const plan = planned({
      'Service demo-redis': { refused: ['It is refused.'] },
      'Service demo-neo4j': { changes: [change] },
    });
    expect(remedyOf(plan)).toBe(
      'once the API server takes Service demo-redis, "mooring diff" shows what an apply takes back.',
    );
  });

  test('are put back by an operator, unless its document or an annotation has it leave them: then that is to be ended', () => {
    const operated = { changedBy: 'kubectl edit it', unpausedBy: () => 'kubectl annotate it' };
    const plan = planned({ 'Service demo-redis': { changes: [change] } });
    expect(remedyOf({ ...plan, operated })).toMatch(
      /^its operator takes it back, unless .*"kubectl edit it"/,
    );
    const left = {
      ...plan,
      operated: { ...operated, leaves: 'its operator leaves it; "kubectl patch it" ends that' },
    };
    expect(remedyOf(left)).toBe('its operator leaves it; "kubectl patch it" ends that.');
    const redis = rendered.find((object) => nameOf(object) === 'Service demo-redis') as KubeObject;
    const annotations = { 'mooring.dev/paused': 'true' };
    const live = { ...redis, metadata: { ...redis.metadata, annotations } };
    const paused = planned({ 'Service demo-redis': { changes: [change], live } });
    const found = objectChecks(stack, { ...paused, operated }, { rendered, live: rendered, unread: [] });
    expect(found.map(({ fix }) => fix)).toContain(
      'its operator leaves it, by its annotation; "kubectl annotate it" has it put back.',
    );
  });

  test('of a kind of which there is none in the cluster are missing, too, but not what may not be read', () => {
    const live = rendered.filter(({ kind }) => kind === 'Deployment');
    const unread = rendered
      .filter(({ kind }) => kind === 'Namespace')
      .map((object) => ({ object, reason: 'You may not get namespaces.' }));
    const found = objectChecks(stack, { unknown: 'no permission.' }, { rendered, live, unread });
    const missing = found.filter(({ says }) => says.endsWith('is not in the cluster.'));
    expect(missing).toHaveLength(rendered.length - live.length - unread.length);
    expect(found.map(({ says }) => says)).toContain(
      `Unknown: whether there is ${unread.map(({ object }) => nameOf(object)).join()}. You may not get namespaces.`,
    );
  });

  test('that a finalizer holds are told as on their way out, with what holds them', () => {
    const metadata = { deletionTimestamp: '2026-11-28T03:00:00Z', finalizers: ['example.com/kept'] };
    const live = rendered.map((object) =>
      nameOf(object) === 'Service demo-redis'
        ? { ...object, metadata: { ...object.metadata, ...metadata } }
        : object,
    );
    for (const foreseen of [planned(), { unknown: 'no permission.' }])
      expect(objectChecks(stack, foreseen, { rendered, live, unread: [] })[0]).toMatchObject({
        verdict: 'wrong',
        says: 'Service demo-redis is being deleted since 2026-11-28T03:00:00Z, held by "example.com/kept".',
      });
  });

  test('a Secret that is gone is not promised to come back with its values', () => {
    const plan = { ...planned(), newSecretKeys: ['redis-password'], secretExists: false };
    expect(checks(plan)).toMatchObject([
      {
        says: 'Secret demo-secrets is not in the cluster.',
        fix: expect.stringContaining('backup') as string,
      },
    ]);
  });
});
