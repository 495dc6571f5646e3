import { isDeepStrictEqual } from 'node:util';
import { managedBy } from '../../../model/labels.ts';
import { chatKind } from '../../../contract/chat-kind.ts';
import { ownedObjects } from '../../../deploy/stack-objects.ts';
import { keyOfObject, type KubeObject } from '../../../kube/objects.ts';
import { readyCondition, verifiedCondition } from '../../../model/gates.ts';
import { configDigestAnnotation, rotateAnnotation } from '../../../model/names.ts';
import { LOOPBACK } from '../../servers/ports.ts';
import { chatStackIn, until, type User } from './lab.ts';
import { report, ReportingProcess } from './reporting-process.ts';

/** What an operator is led through, so that it uses each of its rights. */
export interface Walk {
  readonly user: User;
  readonly namespace: string;
  /** Whether the operator has used a right, such as `get pods.`. */
  readonly hasUsed: (right: string) => Promise<boolean>;
}

/** One thing that happens to a stack, in the order of the list. */
interface Step {
  readonly what: string;
  readonly happens: (walk: Walk) => Promise<void>;
}

const name = 'talk';

/** Renders every kind of object. */
const full = {
  backend: { autoscaling: { enabled: true } },
  ingress: { host: 'chat.example.com' },
  redis: { storage: { storageClass: 'growing' } },
};

const grown = {
  ...full,
  deletionPolicy: 'Delete',
  redis: { storage: { ...full.redis.storage, size: '3Gi' } },
};

const isApplied = ({ user, namespace }: Walk): Promise<void> =>
  until('the stack to be applied', () => user.isObserved(namespace));

const steps: readonly Step[] = [
  {
    what: 'a stack is created',
    happens: async (walk) => {
      await walk.user.apply(growing);
      await walk.user.apply(chatStackIn(walk.namespace, full));
      await isApplied(walk);
    },
  },
  {
    what: 'a change of others is put back, with an Event',
    happens: async ({ user, namespace }) => {
      const read = () => user.read('v1', 'Service', namespace, 'talk-redis');
      const before = (await read()) as KubeObject;
      await user.patch(before, [{ op: 'replace', path: '/spec/ports/0/port', value: 6380 }]);
      await until('the port to be put back', async () =>
        isDeepStrictEqual((await read())?.['spec'], before['spec']),
      );
    },
  },
  {
    what: 'an object of every kind is no longer rendered',
    happens: async ({ user, namespace }) => {
      const former = (await ownedObjects(user.cluster, { name, namespace })).map(formerOf);
      const one = new Map(former.map((object) => [object.kind, object]));
      for (const object of one.values()) await user.apply(object);
      for (const object of one.values())
        await until(`${keyOfObject(object)} to be deleted`, async () => {
          const live = await user.read(object.apiVersion, object.kind, namespace, object.metadata.name);
          return live === undefined || live.metadata.deletionTimestamp !== undefined;
        });
    },
  },
  {
    what: 'a pod reports, while its status is changed by others all the time',
    happens: async (walk) => {
      const process = await ReportingProcess.start('sha-1');
      try {
        const { user, namespace } = walk;
        const pod = podOf(namespace, process.port);
        await user.apply(pod);
        await patchStatus(walk, pod, { phase: 'Running', podIP: LOOPBACK, podIPs: [{ ip: LOOPBACK }] });
        await until('a condition to be written', () => walk.hasUsed('patch pods/status.'));
        let turn = 0;
        await until('a pod to be read again', async () => {
          process.become(++turn % 2 === 0 ? 'open' : 'closed', `turn ${turn}`);
          for (let change = 0; change < 20; change++)
            await patchStatus(walk, pod, { message: `turn ${turn}, change ${change}` });
          return walk.hasUsed('get pods.');
        });
      } finally {
        await process.down();
      }
    },
  },
  {
    what: 'the Secret gets an owner, and a volume grows',
    happens: async (walk) => {
      const { user, namespace } = walk;
      const claim = claimIn(namespace);
      await user.apply(claim);
      await patchStatus(walk, claim, { phase: 'Bound', capacity: { storage: '1Gi' } });
      await user.apply(chatStackIn(namespace, grown));
      const set = () => user.read('apps/v1', 'StatefulSet', namespace, 'talk-redis');
      await until(
        'the StatefulSet to be deleted',
        async () => (await set())?.metadata.deletionTimestamp !== undefined,
      );
      // As the garbage collector does once the pods have no owner.
      await user.patch((await set()) as KubeObject, [{ op: 'remove', path: '/metadata/finalizers' }]);
      await isApplied(walk);
    },
  },
  {
    what: 'a pod of an earlier template is in the way of its StatefulSet',
    happens: async (walk) => {
      const set = () => walk.user.read('apps/v1', 'StatefulSet', walk.namespace, `${name}-redis`);
      await until('the StatefulSet to be there again', async () => (await set()) !== undefined);
      await stuckPodIn(walk);
      await until('it to be deleted', () => walk.hasUsed('delete pods.'));
    },
  },
  {
    what: 'the passwords are rotated, in an immutable Secret',
    happens: async (walk) => {
      const { user, namespace } = walk;
      const secret = (await user.read('v1', 'Secret', namespace, `${name}-secrets`)) as KubeObject;
      await user.patch(secret, [{ op: 'add', path: '/immutable', value: true }]);
      // No store has to be told.
      const document = chatStackIn(namespace, {
        ...grown,
        neo4j: { external: { host: 'neo4j.example.com' } },
      });
      const annotations = { [rotateAnnotation]: 'now' };
      await user.apply({ ...document, metadata: { ...document.metadata, annotations } });
      await until('the Secret to be made anew', () => walk.hasUsed('delete secrets.'));
    },
  },
  {
    what: 'the stack is deleted',
    happens: async ({ user, namespace }) => {
      await user.remove((await user.resource(namespace)) as KubeObject);
    },
  },
];

/** Leads an operator through all of it. */
export async function walkThrough(walk: Walk): Promise<void> {
  for (const { what, happens } of steps)
    await happens(walk).catch((cause: unknown) => {
      throw new Error(`While ${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    });
}

/** A StorageClass whose volumes may grow. */
export const growing: KubeObject = {
  ...{ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'growing' } },
  ...{ provisioner: 'example.com/none', allowVolumeExpansion: true },
};

/** An object like a live one under another name, as an earlier version of a kind rendered one. */
export function formerOf({ apiVersion, kind, metadata, ...rest }: KubeObject): KubeObject {
  const { labels = {}, ownerReferences = [], namespace = '' } = metadata;
  const { spec, ...fields } = rest;
  const own = spec === undefined ? {} : { spec: without(spec as object, 'clusterIP', 'clusterIPs') };
  return {
    ...{ apiVersion, kind, ...without(fields, 'status'), ...own },
    metadata: { name: `${metadata.name}-former`, namespace, labels, ownerReferences },
  };
}

const without = (fields: object, ...names: readonly string[]): object =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

/** A pod of the stack's backend, with gates; its process is on a port of loopback. */
export const podOf = (namespace: string, containerPort: number): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'Pod' },
  metadata: {
    ...{ name: 'talk-backend-1', namespace },
    labels: {
      'app.kubernetes.io/instance': name,
      'app.kubernetes.io/name': chatKind.opens?.service ?? '',
      'app.kubernetes.io/part-of': 'mooring',
      'app.kubernetes.io/managed-by': 'mooring',
    },
    annotations: { [configDigestAnnotation]: 'sha-1' },
  },
  spec: {
    readinessGates: [readyCondition('queue'), verifiedCondition].map((conditionType) => ({ conditionType })),
    containers: [{ name: 'backend', image: 'backend', ports: [{ name: report.port, containerPort }] }],
  },
});

/** A pod of an earlier template that crashes, for which its StatefulSet waits, as it is said to. */
export async function stuckPodIn({ user, namespace }: Pick<Walk, 'user' | 'namespace'>): Promise<void> {
  const set = (await user.read('apps/v1', 'StatefulSet', namespace, `${name}-redis`)) as KubeObject;
  const { uid = '', generation } = set.metadata;
  const owner = {
    ...{ apiVersion: set.apiVersion, kind: set.kind },
    name: set.metadata.name,
    uid,
    controller: true,
  };
  const pod: KubeObject = {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      ...{ name: `${name}-redis-0`, namespace, ownerReferences: [owner] },
      labels: {
        ...managedBy,
        'app.kubernetes.io/instance': name,
        'app.kubernetes.io/name': 'redis',
        'controller-revision-hash': 'earlier',
      },
    },
    spec: { containers: [{ name: 'redis', image: 'redis' }] },
  };
  await user.apply(pod);
  await patchStatus({ user }, pod, {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    containerStatuses: [
      {
        ...{ name: 'redis', image: 'redis', imageID: '', ready: false, restartCount: 3 },
        state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
        lastState: { terminated: { exitCode: 78, message: 'a setting is bad' } },
      },
    ],
  });
  await patchStatus({ user }, set, { observedGeneration: generation, updateRevision: 'now', replicas: 1 });
}

/** The claim of the stack's Redis. */
export const claimIn = (namespace: string): KubeObject => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' },
  metadata: { name: 'data-talk-redis-0', namespace },
  spec: {
    ...{ accessModes: ['ReadWriteOnce'], storageClassName: 'growing' },
    resources: { requests: { storage: '1Gi' } },
  },
});

/** Writes a part of an object's status, as its controller does. */
export async function patchStatus(
  { user }: Pick<Walk, 'user'>,
  object: KubeObject,
  status: object,
): Promise<void> {
  const path = `${await user.cluster.discovery.pathOf(object)}/status`;
  await user.cluster.api.request('PATCH', path, {
    contentType: 'application/merge-patch+json',
    body: { status },
  });
}
