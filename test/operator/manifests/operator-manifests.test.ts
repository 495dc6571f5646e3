import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { renderStack, type Manifest } from '../../../charts-ts/render.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { StackError } from '../../../model/define-stack.ts';
import { jsonSchemaOf } from '../../../model/document-fields.ts';
import type { JsonSchema } from '../../../model/json-schema.ts';
import { readAnyDocument } from '../../../model/kinds.ts';
import { roleLabel } from '../../../model/names.ts';
import type { StackKind } from '../../../model/stack-kind.ts';
import type { Stack } from '../../../model/stack.ts';
import { operatorPodLabels } from '../../../operator/manifests/names.ts';
import { operatorManifests } from '../../../operator/manifests/operator-manifests.ts';
import { resourceOf } from '../../../operator/manifests/resources.ts';
import { at, idOf, pick } from '../../charts-ts/rendered.ts';
import { shopKind } from '../../kinds/shop-kind.ts';
import { documentsOf } from './documents.ts';

const kinds = [chatKind, shopKind] as unknown as readonly [StackKind, StackKind];
const [chat, shop] = kinds;
const manifests = operatorManifests(kinds);
const inOneNamespace = operatorManifests(kinds, { namespace: 'talk' });

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

const rulesIn = (objects: readonly Manifest[]): Rule[] =>
  objects
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
    .flatMap((role) => role['rules'] as Rule[]);

/** What may be done with a resource, sorted. */
const verbsOn = (objects: readonly Manifest[], resource: string, apiGroup = ''): string[] =>
  rulesIn(objects)
    .filter(({ apiGroups, resources }) => apiGroups.includes(apiGroup) && resources.includes(resource))
    .flatMap(({ verbs }) => verbs)
    .sort();

const mayCreate = (objects: readonly Manifest[], { apiVersion, kind }: Manifest): boolean => {
  const { resource, apiGroup } = resourceOf(apiVersion, kind);
  return verbsOn(objects, resource, apiGroup).includes('create');
};

/** Stacks of documents nobody thought of. */
function unforeseenStacks(kind: StackKind): Stack[] {
  const { properties = {} } = jsonSchemaOf(kind) as JsonSchema;
  const specs = fc.sample(documentsOf(properties.spec ?? {}), { seed: 9, numRuns: 250 });
  return specs.flatMap((spec) => {
    try {
      return [kind.stack(readAnyDocument([kind], { spec }, 'it').document)];
    } catch (error) {
      if (error instanceof StackError) return [];
      throw error;
    }
  });
}

/** Kinds of objects of some stacks that the operator of `objects` may not create, each once. */
const refusedTo = (objects: readonly Manifest[], stacks: readonly Stack[]): string[] => {
  const rendered = stacks.flatMap((stack) => renderStack(stack, { namespace: false }));
  return [...new Set(rendered.filter((one) => !mayCreate(objects, one)).map(({ kind }) => kind))].sort();
};

describe('the rights of the operator', () => {
  const stacks = kinds.map(unforeseenStacks);

  test('are enough for every object of any document', () => {
    for (const some of stacks) expect(some.length).toBeGreaterThan(20);
    expect(refusedTo(manifests, stacks.flat())).toEqual([]);
    expect(refusedTo(inOneNamespace, stacks.flat())).toEqual([]);
  });

  test('sabotage: a kind whose samples show less than its documents render lacks some', () => {
    const lessShown = { ...chat, samples: [] };
    expect(refusedTo(operatorManifests([lessShown]), stacks[0] ?? [])).toContain('Ingress');
  });

  test('are less where the kinds render less: what no kind renders is watched, and no more', () => {
    expect(verbsOn(operatorManifests([shop]), 'ingresses', 'networking.k8s.io')).toEqual(['list', 'watch']);
    expect(verbsOn(manifests, 'ingresses', 'networking.k8s.io')).toEqual([
      'create',
      'delete',
      'get',
      'list',
      'patch',
      'watch',
    ]);
  });

  test('hold no wildcard, and nothing by which they could grow', () => {
    for (const objects of [manifests, inOneNamespace])
      for (const { apiGroups, resources, verbs } of rulesIn(objects)) {
        expect([...apiGroups, ...resources, ...verbs]).not.toContain('*');
        expect(apiGroups).not.toContain('rbac.authorization.k8s.io');
        for (const verb of ['escalate', 'bind', 'impersonate', 'deletecollection'])
          expect(verbs).not.toContain(verb);
      }
  });

  test('let no Secret be listed or watched; deleted is what a rotation staged', () => {
    for (const objects of [manifests, inOneNamespace])
      expect(verbsOn(objects, 'secrets')).toEqual(['create', 'delete', 'get', 'patch']);
  });

  test('are of its own Lease only', () => {
    const named = rulesIn(manifests).filter(({ resources }) => resources.includes('leases'));
    expect(named).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
      {
        apiGroups: ['coordination.k8s.io'],
        resources: ['leases'],
        verbs: ['get', 'update'],
        resourceNames: ['mooring-operator'],
      },
    ]);
  });

  test('in one namespace are a Role there', () => {
    expect(inOneNamespace.map(idOf)).toEqual([
      'ServiceAccount mooring-operator',
      'Role mooring-operator',
      'RoleBinding mooring-operator',
      'NetworkPolicy mooring-operator',
      'PodDisruptionBudget mooring-operator',
      'Deployment mooring-operator',
    ]);
    expect(new Set(inOneNamespace.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['talk']));
    expect(verbsOn(inOneNamespace, 'storageclasses', 'storage.k8s.io')).toEqual([]);
  });

  test('are refused for a kind of object whose plural is not known', () => {
    expect(() => resourceOf('example.com/v1', 'Anchor')).toThrow('The plural of Anchor');
  });
});

describe('the manifests', () => {
  const deployment = pick(manifests, 'Deployment', 'mooring-operator');

  test('come in an order in which they can be applied', () => {
    expect(manifests.map(({ kind }) => kind)).toEqual([
      ...['Namespace', 'CustomResourceDefinition', 'CustomResourceDefinition', 'ServiceAccount'],
      ...['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
      ...['NetworkPolicy', 'PodDisruptionBudget', 'Deployment'],
    ]);
  });

  test('name the image of this version, and two replicas, unless others are chosen', () => {
    const container = 'spec.template.spec.containers.0.image';
    expect(at(deployment, container)).toBe(`mooring/operator:${packageJson.version}`);
    expect(at(deployment, 'spec.replicas')).toBe(2);
    const chosen = operatorManifests(kinds, { image: 'example.com/operator:2', replicas: 1 });
    expect(at(pick(chosen, 'Deployment', 'mooring-operator'), container)).toBe('example.com/operator:2');
    expect(at(pick(chosen, 'Deployment', 'mooring-operator'), 'spec.replicas')).toBe(1);
  });

  test('tell the operator its namespace in namespace mode only', () => {
    const names = (object: Manifest): unknown[] =>
      (at(object, 'spec.template.spec.containers.0.env') as { name: string }[]).map(({ name }) => name);
    expect(names(deployment)).toEqual(['POD_NAME', 'POD_NAMESPACE']);
    expect(names(pick(inOneNamespace, 'Deployment', 'mooring-operator'))).toEqual([
      ...['POD_NAME', 'POD_NAMESPACE', 'WATCH_NAMESPACE'],
    ]);
  });

  test("are such that the policies of stacks admit the operator's pods, by namespace or by pod", () => {
    const role = at(manifests[0], 'metadata.labels') as Record<string, string>;
    expect(role[roleLabel]).toBe('operator');
    for (const objects of [manifests, inOneNamespace]) {
      const pods = at(pick(objects, 'Deployment', 'mooring-operator'), 'spec.template.metadata.labels');
      expect(pods).toMatchObject(operatorPodLabels);
    }
  });

  test('let the operator reach the report ports and those of Neo4j, everywhere or in its own namespace', () => {
    const [reports, own] = [manifests, inOneNamespace].map((objects) =>
      at(pick(objects, 'NetworkPolicy', 'mooring-operator'), 'spec.egress.2'),
    );
    const ports = [7474, 7687, 8001, 8080].map((port) => ({ port, protocol: 'TCP' }));
    expect(reports).toEqual({ to: [{ namespaceSelector: {} }], ports });
    expect(own).toEqual({ to: [{ podSelector: {} }], ports });
  });

  test('are the same bytes each time', () => {
    expect(JSON.stringify(operatorManifests(kinds))).toBe(JSON.stringify(manifests));
  });
});
