import { expect, onTestFinished, test, vi } from 'vitest';
import type { Cluster } from '../../../kube/cluster.ts';
import type { PodObserved } from '../../../operator/gates/observed.ts';
import { unanswered, type PodAnswer } from '../../../operator/gates/pod-answer.ts';
import { intervalOf, PodProber, type PodProberOptions } from '../../../operator/gates/pod-prober.ts';
import { podKeyOf, type PodView } from '../../../operator/gates/pod-view.ts';
import { fenced } from '../../../operator/runtime/fenced.ts';
import { PodApi } from './pod-api.ts';
import { gate, pendingView, podView, queueReady, saying } from './pods.ts';

const soon = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 2 });

/** A prober that runs, of pods whose processes answer what a test says, by the pod's uid. */
function probing({
  server = new PodApi(),
  ...options
}: Partial<PodProberOptions> & { readonly server?: PodApi } = {}) {
  const answers = new Map<string, PodAnswer>();
  const asked: string[] = [];
  const told: (readonly [string, PodObserved | undefined])[] = [];
  const latencies: number[] = [];
  const errors: unknown[] = [];
  const prober = new PodProber({
    cluster: { api: server.api },
    ask: (pod) => {
      asked.push(pod.uid);
      return Promise.resolve(answers.get(pod.uid) ?? unanswered('Nothing listens.'));
    },
    onGates: (pod, observed) => told.push([podKeyOf(pod), observed]),
    onLatency: (seconds) => latencies.push(seconds),
    onError: (error) => errors.push(error),
    ...{ intervalMs: 1, longestMs: 2 },
    ...options,
  });
  const run = (): (() => Promise<void>) => {
    const stopping = new AbortController();
    const running = prober.run(stopping.signal);
    const stop = async (): Promise<void> => {
      stopping.abort();
      await running;
    };
    onTestFinished(stop);
    return stop;
  };
  const add = (fields: Partial<PodView> = {}): PodView => {
    const pod = server.put(podView(fields));
    prober.podChanged(pod);
    return pod;
  };
  const statusOf = (key = 'n/web-1') => {
    const found = server.pods.get(key)?.conditions.find(({ type }) => type === queueReady);
    return found && `${found.status} ${found.reason}`;
  };
  /** Until every pod was asked several times more. */
  const askedAgain = () => {
    const enough = asked.length + 20;
    return soon(() => expect(asked.length).toBeGreaterThan(enough));
  };
  return { ...{ prober, server, answers, asked, told, latencies, errors }, run, add, statusOf, askedAgain };
}

test('what a process says is in the conditions of its pod, and nothing is written while it says the same', async () => {
  const { server, answers, run, add, statusOf, askedAgain, latencies } = probing();
  answers.set('u1', saying([gate('open')]));
  run();
  add();
  await soon(() => expect(statusOf()).toBe('True Open'));
  answers.set('u1', saying([gate('closed', { lastError: 'refused' })]));
  await soon(() => expect(statusOf()).toBe('False Closed'));
  expect(latencies).toHaveLength(1);
  await askedAgain();
  expect(server.requests).toEqual(['PATCH n/web-1', 'PATCH n/web-1']);
});

test('a process that words the same error in turns causes no write with each', async () => {
  const { server, run, add, asked, statusOf, told, prober } = probing({
    ask: () => {
      asked.push('u1');
      const lastError = `refused by port ${asked.length}`;
      return Promise.resolve(saying([gate('closed', { lastError })]));
    },
  });
  run();
  add();
  await soon(() => expect(statusOf()).toBe('False Closed'));
  await soon(() => expect(asked.length).toBeGreaterThan(50));
  expect(server.writes).toBe(1);
  expect(told).toHaveLength(1);
  expect(prober.observedOf('n/web-1')?.dependencies[0]?.says).toMatch(/port \d{2,}/);
});

test('a question without an answer is no news, two in a row are; the condition stays True', async () => {
  let away = 0;
  const { server, run, add, statusOf, asked, prober } = probing({
    ask: () => {
      asked.push('u1');
      return Promise.resolve(away-- > 0 ? unanswered('Nothing listens.') : saying([gate('open')]));
    },
  });
  run();
  add();
  await soon(() => expect(statusOf()).toBe('True Open'));
  away = 1;
  await soon(() => expect(away).toBeLessThan(-5));
  expect(server.writes).toBe(1);
  away = Infinity;
  await soon(() => expect(statusOf()).toBe('True Unreachable'));
  expect(prober.observedOf('n/web-1')).toMatchObject({
    unreachable: 'Nothing listens.',
    dependencies: [{ name: 'queue', state: 'open' }],
  });
  expect(prober.dependenciesOf('n', 'demo').states).toMatchObject([{ name: 'queue', status: 'Unknown' }]);
  away = 0;
  await soon(() => expect(statusOf()).toBe('True Open'));
  expect(prober.observedOf('n/web-1')).not.toHaveProperty('unreachable');
});

test('a process that holds questions is asked again at once, however many pods there are', async () => {
  const asked = new Map<string, number>();
  const { run, add } = probing({
    intervalMs: 1,
    ask: ({ uid }, _, { waitMs }) => {
      asked.set(uid, (asked.get(uid) ?? 0) + 1);
      expect(waitMs).toBe(2_000);
      return Promise.resolve({ ...saying([gate('open')]), isHolding: uid === 'u1' });
    },
  });
  run();
  add();
  for (let pod = 0; pod < 300; pod++) add({ name: `other-${pod}`, uid: `other-${pod}` });
  // Each of the others has its turn every 600 ms.
  await soon(() => expect(asked.get('u1')).toBeGreaterThan(50));
  expect(asked.get('other-0') ?? 0).toBeLessThan(10);
});

test('an answer from an address that the pod had before is not written', async () => {
  const asked: (string | undefined)[] = [];
  const held = Promise.withResolvers<PodAnswer>();
  const { run, add, prober, server, statusOf } = probing({
    ask: ({ ip }) => {
      asked.push(ip);
      return ip === '10.0.0.1' ? held.promise : Promise.resolve(saying([gate('open')]));
    },
  });
  run();
  add({ ip: '10.0.0.1' });
  await soon(() => expect(asked).toEqual(['10.0.0.1']));
  prober.podChanged(server.put(podView({ ip: '10.0.0.2', resourceVersion: '99' })));
  held.resolve(saying([gate('closed')]));
  await soon(() => expect(statusOf()).toBe('True Open'));
  expect(server.writes).toBe(1);
});

test('a question that fails in the asking program is one without an answer', async () => {
  const { run, add, statusOf } = probing({ ask: () => Promise.reject(new Error('a bug')) });
  run();
  add();
  await soon(() => expect(statusOf()).toBe('Unknown Unreachable'));
});

test('a stack knows whether every pod of it was asked, and has no pod of another', async () => {
  const { prober, answers, run, add } = probing();
  answers.set('u1', saying([gate('open')]));
  add();
  expect(prober.dependenciesOf('n', 'demo')).toEqual({ states: [], isEveryPodAsked: false });
  expect(prober.dependenciesOf('n', 'demo', () => false)).toEqual({ states: [], isEveryPodAsked: true });
  run();
  await soon(() =>
    expect(prober.dependenciesOf('n', 'demo')).toMatchObject({
      states: [{ name: 'queue', status: 'True' }],
      isEveryPodAsked: true,
    }),
  );
});

test('what is known of a pod is told when it changes, and when the pod is gone', async () => {
  const { prober, answers, run, add, told, askedAgain } = probing();
  answers.set('u1', saying([gate('open', { attempts: 1 })]));
  run();
  add();
  await soon(() => expect(told).toHaveLength(1));
  answers.set('u1', saying([gate('open', { attempts: 2 })]));
  await askedAgain();
  expect(told).toHaveLength(1);
  answers.set('u1', saying([gate('closed')]));
  await soon(() => expect(told).toHaveLength(2));
  prober.podGone('n/web-1');
  expect(told.map(([key, observed]) => [key, observed?.dependencies[0]?.state])).toEqual([
    ['n/web-1', 'open'],
    ['n/web-1', 'closed'],
    ['n/web-1', undefined],
  ]);
  expect(prober.observedOf('n/web-1')).toBeUndefined();
  expect(prober.dependenciesOf('n', 'demo')).toEqual({ states: [], isEveryPodAsked: true });
});

test('a pod without gates of its own, or one that does not run, is neither asked nor written', async () => {
  const { server, prober, run, add, asked, statusOf, answers } = probing();
  answers.set('u1', saying([gate('open')]));
  run();
  add({ name: 'plain', uid: 'u2', gates: [] });
  prober.podChanged(server.put(pendingView({ name: 'pending', uid: 'u3' })));
  add();
  await soon(() => expect(statusOf()).toBe('True Open'));
  expect(new Set(asked)).toEqual(new Set(['u1']));
});

test('a pod that replaced another under its name gets nothing of what the other said', async () => {
  const { answers, run, add, statusOf, server, told } = probing();
  answers.set('u1', saying([gate('open')]));
  answers.set('u2', saying([gate('closed')]));
  run();
  add();
  await soon(() => expect(statusOf()).toBe('True Open'));
  add({ uid: 'u2' });
  await soon(() => expect(statusOf()).toBe('False Closed'));
  expect(server.pods.get('n/web-1')?.uid).toBe('u2');
  expect(told.map(([, observed]) => observed?.dependencies[0]?.state)).toEqual(['open', undefined, 'closed']);
});

test('a pod that the API server knows no longer is forgotten, before its watch says so', async () => {
  const { server, prober, answers, run, add, statusOf, told } = probing();
  answers.set('u1', saying([gate('open')]));
  run();
  add();
  await soon(() => expect(statusOf()).toBe('True Open'));
  server.pods.clear();
  answers.set('u1', saying([gate('closed')]));
  await soon(() => expect(told.at(-1)).toEqual(['n/web-1', undefined]));
  expect(prober.observedOf('n/web-1')).toBeUndefined();
});

test('a process that does not lead writes nothing, and writes once it leads', async () => {
  let leads = false;
  const server = new PodApi();
  const { answers, run, add, errors, statusOf } = probing({
    server,
    cluster: fenced({ api: server.api } as Cluster, () => {
      if (!leads) throw new Error('not the leader');
    }),
  });
  answers.set('u1', saying([gate('open')]));
  run();
  add();
  await soon(() => expect(errors).toHaveLength(2));
  expect(server.requests).toEqual([]);
  leads = true;
  await soon(() => expect(statusOf()).toBe('True Open'));
});

test('writes that fail are tried again more and more seldom, while the process is asked as before', async () => {
  const { server, answers, run, add, errors, asked, statusOf } = probing();
  server.meanwhile = () => {
    throw new Error('forbidden');
  };
  answers.set('u1', saying([gate('open')]));
  run();
  add();
  await soon(() => expect(errors).toHaveLength(2));
  expect(asked.length).toBeGreaterThan(2 * server.writes);
  server.meanwhile = () => undefined;
  await soon(() => expect(statusOf()).toBe('True Open'));
});

test('it asks only while it runs, and knows the pods it was told of before', async () => {
  const { answers, run, add, asked, statusOf, prober } = probing();
  answers.set('u1', saying([gate('open')]));
  add();
  expect(asked).toEqual([]);
  const stop = run();
  await soon(() => expect(statusOf()).toBe('True Open'));
  await stop();
  const { length } = asked;
  answers.set('u1', saying([gate('closed')]));
  expect(prober.observedOf('n/web-1')).toBeUndefined();
  run();
  await soon(() => expect(statusOf()).toBe('False Closed'));
  expect(asked.length).toBeGreaterThan(length);
});

test('tens of pods are asked at the interval, thousands so that not all of them together are too many', () => {
  expect(intervalOf(50, 400)).toBe(400);
  expect(intervalOf(2_000, 400)).toBe(4_000);
});
