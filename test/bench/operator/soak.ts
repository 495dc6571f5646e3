import { isDeepStrictEqual } from 'node:util';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject } from '../../../kube/objects.ts';
import { edits as drifts, type Edit } from '../../apiserver/operator/schedule.ts';
import { startProxied } from '../../apiserver/operator/proxied.ts';
import { chatStackIn, startWithChatStacks, userOf, type User } from '../../apiserver/operator/lab.ts';
import type { Proxy } from '../../faults/proxy.ts';
import { poll, until } from '../../servers/poll.ts';
import { percentile } from './figures.ts';
import { rssOf, startReady } from './process.ts';
import { Stops } from './stops.ts';

export interface SoakMeasured {
  readonly soak: {
    readonly edits: number;
    /** Edits that were not taken back within a minute. */
    readonly missed: number;
    readonly seconds: number;
    /** How often every connection of the operator was cut. */
    readonly cuts: number;
    readonly healP99Ms: number;
    /** Megabytes of memory, at the beginning and at the end. */
    readonly rssMb: readonly [number, number];
  };
}

export interface SoakOptions {
  readonly seconds: number;
  readonly stacks: number;
}

/** An edit that is there for so long is missed. */
const missedAfterMs = 60_000;
const cutEveryMs = 15_000;
/** Every other time the API server is away for so long. */
const awayMs = 2_000;

const namespaceOf = (index: number): string => `soak-${index}`;

/**
 * An edit a second of one object or another by another program, each of which is drift, while every connection of the
 * operator to the API server is cut again and again, its watches too. Counts the edits that are not taken back.
 */
export async function soak(
  { seconds, stacks }: SoakOptions,
  say: (line: string) => void,
): Promise<SoakMeasured> {
  const stops = new Stops();
  try {
    const server = stops.keep(await startWithChatStacks());
    const user = userOf(server);
    stops.add(() => Promise.resolve(user.cluster.api.close()));
    for (let index = 0; index < stacks; index++) {
      await server.createNamespace(namespaceOf(index));
      await user.apply(chatStackIn(namespaceOf(index)));
    }
    const { proxy, kubeconfig } = await startProxied(server, 'soak');
    stops.keep(proxy);
    const operator = await startReady({ kubeconfig }, 'soak');
    stops.add(operator.kill);
    for (let index = 0; index < stacks; index++)
      await until('the stacks', () => user.isObserved(namespaceOf(index)), 10 * missedAfterMs);
    say(`${stacks} stacks are applied.`);
    const before = await rssOf(operator.pid);
    const over = new AbortController();
    const cutting = cutAgainAndAgain(proxy, over.signal);
    const healed = await editEverySecond(user, { seconds, stacks, say });
    over.abort();
    const times = healed.filter((ms) => ms !== undefined);
    return {
      soak: {
        ...{ edits: healed.length, missed: healed.length - times.length, seconds, cuts: await cutting },
        healP99Ms: percentile(times, 0.99),
        rssMb: [before, await rssOf(operator.pid)],
      },
    };
  } finally {
    await stops.run();
  }
}

/** Answers how often. */
async function cutAgainAndAgain(proxy: Proxy, signal: AbortSignal): Promise<number> {
  let cuts = 0;
  const isTime = (): Promise<boolean> =>
    pause(cutEveryMs, undefined, { signal }).then(
      () => true,
      () => false,
    );
  for (; await isTime(); cuts++) {
    if (cuts % 2 === 1) {
      await proxy.down();
      await pause(awayMs);
    }
    await proxy.up();
  }
  return cuts;
}

/** How long each edit was there, in milliseconds; undefined where it was not taken back. */
async function editEverySecond(
  user: User,
  { seconds, stacks, say }: SoakOptions & { readonly say: (line: string) => void },
): Promise<(number | undefined)[]> {
  // Compared with what the operator applied: an edit's predecessor on the same object may still be there.
  const applied = await readApplied(user, stacks);
  const begun = performance.now();
  const healed: Promise<number | undefined>[] = [];
  for (let index = 0; index < seconds; index++) {
    await pause(Math.max(0, begun + index * 1_000 - performance.now()));
    const edit = drifts[Math.floor(index / stacks) % drifts.length];
    const namespace = namespaceOf(index % stacks);
    const rendered = edit && applied.get(keyOf(namespace, edit));
    if (!rendered) continue;
    const time = healTime(user, { namespace, rendered }, edit);
    // One that fails is told at the end.
    time.catch(() => undefined);
    healed.push(time);
    if (index % 60 === 59) say(`${index + 1} edits.`);
  }
  return Promise.all(healed);
}

const keyOf = (namespace: string, { at }: Edit): string => [namespace, ...at].join(' ');

/** Every object that is edited, as it stands before the first edit. */
async function readApplied(user: User, stacks: number): Promise<ReadonlyMap<string, KubeObject>> {
  const applied = new Map<string, KubeObject>();
  for (let index = 0; index < stacks; index++)
    for (const edit of drifts) {
      const [apiVersion, kind, name] = edit.at;
      const namespace = namespaceOf(index);
      const object = await user.read(apiVersion, kind, namespace, name);
      if (!object) throw new Error(`There is no ${kind} ${namespace}/${name} to edit.`);
      applied.set(keyOf(namespace, edit), object);
    }
  return applied;
}

async function healTime(
  user: User,
  { namespace, rendered }: { readonly namespace: string; readonly rendered: KubeObject },
  { operations }: Edit,
): Promise<number | undefined> {
  const { apiVersion, kind, metadata } = rendered;
  await user.patch(rendered, operations);
  const edited = performance.now();
  const isBack = async () =>
    isDeepStrictEqual(
      contentOf(await user.read(apiVersion, kind, namespace, metadata.name)),
      contentOf(rendered),
    );
  const outcome = await poll(() => isBack().catch(() => false), { timeoutMs: missedAfterMs });
  return outcome === 'met' ? performance.now() - edited : undefined;
}

/** What an operator renders of an object. */
function contentOf(object: KubeObject | undefined): object | undefined {
  if (!object) return undefined;
  const { metadata, ...rest } = object;
  return { ...rest, status: undefined, labels: metadata.labels };
}
