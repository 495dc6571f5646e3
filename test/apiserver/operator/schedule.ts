import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { ApiError } from '../../../kube/cluster-error.ts';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { differences } from './differences.ts';
import { startProxied } from './proxied.ts';
import { chatStackIn, conditionOf, openOperator, until, userOf, type Intercept, type User } from './lab.ts';

/** What happens to a stack and to its operator, one thing after the other. */
type Action =
  /** Somebody changes an object, as `kubectl edit` does. */
  | { readonly what: 'edit'; readonly which: number }
  | { readonly what: 'delete'; readonly which: number }
  /** The document changes. */
  | { readonly what: 'document'; readonly which: number }
  /** The operator is killed, and another starts. */
  | { readonly what: 'restart' }
  /** Its next writes fail: refused, or carried out without an answer. */
  | { readonly what: 'fail'; readonly writes: number; readonly how: 'conflict' | 'error' | 'lost' }
  /** Every connection to the API server is cut, watches too. */
  | { readonly what: 'cut' };

/** None changes a volume's size: to recreate its StatefulSet takes a garbage collector, which is not there. */
const documents: readonly object[] = [
  {},
  { backend: { replicas: 2 } },
  { backend: { autoscaling: { enabled: true } } },
  { backend: { resources: { limits: { memory: '1Gi' } } } },
  { redis: { external: { host: 'redis.example.com' } } },
];

/** A change by another program than the operator. */
export interface Edit {
  readonly at: readonly [apiVersion: string, kind: string, name: string];
  readonly operations: readonly object[];
}

/** Changes of a stack named `talk`, of which each is drift. */
export const edits: readonly Edit[] = [
  { at: ['v1', 'Service', 'talk-backend'], operations: [port(8010)] },
  { at: ['v1', 'Service', 'talk-qdrant'], operations: [port(6335)] },
  {
    at: ['v1', 'ConfigMap', 'talk-backend-config'],
    operations: [{ op: 'add', path: '/data/EXTRA', value: '1' }],
  },
  {
    at: ['v1', 'ConfigMap', 'talk-backend-config'],
    operations: [{ op: 'remove', path: '/data/NEO4J_HOST' }],
  },
  {
    at: ['apps/v1', 'Deployment', 'talk-backend'],
    operations: [
      { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'side', image: 'x:1' } },
    ],
  },
  {
    at: ['apps/v1', 'StatefulSet', 'talk-neo4j'],
    operations: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'x:2' }],
  },
  {
    at: ['networking.k8s.io/v1', 'NetworkPolicy', 'talk-default-deny'],
    operations: [{ op: 'add', path: '/spec/ingress', value: [{}] }],
  },
  {
    at: ['v1', 'Service', 'talk-neo4j'],
    operations: [{ op: 'remove', path: '/metadata/labels' }],
  },
];

function port(value: number): object {
  return { op: 'replace', path: '/spec/ports/0/port', value };
}

const which = fc.nat({ max: 997 });
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: which.map((n): Action => ({ what: 'edit', which: n })) },
  { weight: 2, arbitrary: which.map((n): Action => ({ what: 'delete', which: n })) },
  { weight: 2, arbitrary: which.map((n): Action => ({ what: 'document', which: n })) },
  { weight: 1, arbitrary: fc.constant<Action>({ what: 'restart' }) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.constantFrom('conflict', 'error', 'lost'))
      .map(([writes, how]): Action => ({ what: 'fail', writes, how })),
  },
  { weight: 1, arbitrary: fc.constant<Action>({ what: 'cut' }) },
);

/** The schedule of a seed: what happens, each with the milliseconds before it. The same seed gives the same one. */
const scheduleOf = (seed: number): (readonly [Action, number])[] =>
  fc.sample(fc.array(fc.tuple(action, fc.nat({ max: 120 })), { minLength: 8, maxLength: 16 }), {
    seed,
    numRuns: 1,
  })[0] ?? [];

const of = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/**
 * Runs the schedule of a seed, then lets everything work again. Resolves when the stack is as its document says, and an
 * operator that starts then writes nothing; rejects where that does not come to be, with the schedule.
 */
export async function runSchedule(server: ApiServer, seed: number): Promise<{ readonly actions: number }> {
  const schedule = scheduleOf(seed);
  const namespace = `seed-${seed}-${randomUUID().slice(0, 6)}`;
  await server.createNamespace(namespace);
  const { proxy, kubeconfig } = await startProxied(server, namespace);
  const faults = new Faults();
  const user = userOf(server);
  const start = () => openOperator({ kubeconfig }, { namespace, intercept: faults.intercept });
  let operator = await start();
  try {
    await user.apply(chatStackIn(namespace));
    for (const [one, afterMs] of schedule) {
      await pause(afterMs);
      if (one.what === 'restart') {
        await operator.stop();
        operator = await start();
      } else if (one.what === 'cut') await proxy.up();
      else if (one.what === 'fail') faults.next(one);
      else await change(user, namespace, one);
    }
    faults.none();
    await until(`the stack of seed ${seed} to be as its document says`, () =>
      isAsAsked(server, user, namespace),
    );
    await operator.stop();
    operator = await start();
    const { ended, writes } = operator;
    await until('a new operator to have looked', () => Promise.resolve(ended() > 0));
    if (writes.length > 0) throw new Error(`A new operator wrote: ${writes.join(', ')}`);
    return { actions: schedule.length };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`Seed ${seed}: ${why} Its schedule: ${JSON.stringify(schedule)}`, { cause });
  } finally {
    await operator.stop();
    await proxy.stop();
    user.cluster.api.close();
  }
}

async function isAsAsked(server: ApiServer, user: User, namespace: string): Promise<boolean> {
  if (!(await user.isObserved(namespace))) return false;
  if (conditionOf(await user.resource(namespace), 'Degraded') !== 'False AsRendered') return false;
  const found = await differences(server, user, namespace);
  if (found.length > 0) throw new Error(found.join('\n'));
  return true;
}

/** What is not there cannot be changed. */
async function change(user: User, namespace: string, one: Action): Promise<void> {
  if (one.what === 'document') {
    await user.apply(chatStackIn(namespace, of(documents, one.which)));
  } else if (one.what === 'edit' || one.what === 'delete') {
    const { at, operations } = of(edits, one.which);
    const [apiVersion, kind, name] = at;
    const live = await user.read(apiVersion, kind, namespace, name);
    if (!live) return;
    await (one.what === 'edit' ? user.patch(live, operations) : user.remove(live)).catch(unlessGone);
  }
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError) || ![404, 409, 422].includes(error.status)) throw error;
}

/** Makes an operator's writes fail. */
class Faults {
  #left = 0;
  #how: 'conflict' | 'error' | 'lost' = 'error';

  next({ writes, how }: { readonly writes: number; readonly how: 'conflict' | 'error' | 'lost' }): void {
    [this.#left, this.#how] = [writes, how];
  }

  none(): void {
    this.#left = 0;
  }

  readonly intercept: Intercept = async (method, _, send) => {
    if (method === 'GET' || this.#left === 0) return send();
    this.#left--;
    if (this.#how === 'lost') await send();
    const status = this.#how === 'conflict' ? 409 : 500;
    throw new ApiError(
      'CLUSTER_CONFLICT',
      'The test makes this fail.',
      {},
      { status, reason: 'Test', said: '', causes: [] },
    );
  };
}
