import { killAndRepeat } from '../apiserver/cli/killed-at.ts';
import { startLab } from '../apiserver/cli/mooring.ts';
import { startWithChatStacks } from '../apiserver/operator/lab.ts';
import { runSchedule } from '../apiserver/operator/schedule.ts';
import { partNames as chatParts } from '../bench/chat/measure.ts';
import { measureStorm, wholeStorm } from '../bench/chat/storm.ts';
import { partNames } from '../bench/operator/measure.ts';
import { measurePeers } from '../bench/operator/peers/measure-peers.ts';
import { soak } from '../bench/operator/soak.ts';
import { startOperatorLab } from '../in-cluster/operator/lab.ts';
import { longProofs } from '../in-cluster/operator/long.ts';
import { run } from '../servers/command.ts';
import { startLanes, sumOf, type SeenInAll } from '../stores/history/run-seeds.ts';
import { compare } from './peers/compare.ts';
import { kubeconform, kubeScore, mooring } from './peers/verifiers.ts';
import { runTests } from './run-tests.ts';
import { compareSources } from './schema-sources.ts';
import type { Part } from './part.ts';

const stop = (): Promise<void> => Promise.resolve();

/** Each seed is a run of a benchmark that prints JSON. */
const benchmark = (what: string, seeds: number, args: (seed: number) => readonly string[]): Part => ({
  what,
  seeds,
  start: () =>
    Promise.resolve({
      run: async (seed) => JSON.parse((await run(process.execPath, args(seed))).stdout) as unknown,
      stop,
    }),
});

/** The flags of a benchmark for each of its parts but the one that is a nightly part of its own. */
const allBut = (own: string, names: readonly string[]): string[] => [
  '--json',
  ...names.filter((name) => name !== own).flatMap((name) => ['--only', name]),
];

/** Every test of a project of vitest.config.ts, none skipped. */
const testsOf = (what: string, project: string): Part => ({
  what,
  seeds: 1,
  start: () => Promise.resolve({ run: () => runTests(project), stop }),
});

const history = (what: string, seeds: number, each: number, onNeo4j: boolean): Part => ({
  what: `${what}; ${each} seeds of the checker in each of these`,
  seeds,
  start: async () => {
    const lanes = await startLanes({ onNeo4j });
    return {
      run: (batch) => lanes.run(Array.from({ length: each }, (_, nth) => (batch - 1) * each + nth + 1)),
      stop: () => lanes.stop(),
    };
  },
  sum: (results) => ({ ...sumOf(results as SeenInAll[]) }),
});

/** What is long and no proof of every commit, by name. */
export const parts: Readonly<Record<string, Part>> = {
  'kill-at-write': {
    what: 'an apply killed at any one of its writes, and run again, ends in the same state',
    seeds: 60,
    start: async () => {
      const lab = await startLab();
      return { run: async (write) => ({ killed: await killAndRepeat(lab, write) }), stop: () => lab.stop() };
    },
    sum: (results) => {
      const writes = (results as { killed: boolean }[]).filter(({ killed }) => killed).length;
      if (writes === results.length)
        throw new Error('The apply makes more writes than there are seeds: raise `seeds`.');
      return { writes };
    },
  },
  'operator-tests': testsOf('the longer tests on an API server', 'nightly'),
  'operator-cluster-tests': testsOf('the longer tests of the operator in a cluster', 'nightly-cluster'),
  'operator-schedule': {
    what: 'random schedules of edits and faults, each after which a stack ends as its document says',
    seeds: 200,
    start: async () => {
      const server = await startWithChatStacks();
      return { run: (seed) => runSchedule(server, seed), stop: () => server.stop() };
    },
  },
  operator: benchmark(
    '1,000 stacks made, healed and taken over, and gates (npm run bench:operator)',
    1,
    () => ['test/bench/operator/main.ts', ...allBut('soak', partNames)],
  ),
  'operator-soak': {
    what: 'an edit a second for 20 minutes, through cut watches, each taken back (npm run bench:operator)',
    seeds: 1,
    start: () =>
      Promise.resolve({
        run: async () => {
          const measured = await soak({ seconds: 1_200, stacks: 120 }, (line) => console.log(line));
          if (measured.soak.missed > 0) throw new Error(`Missed: ${JSON.stringify(measured)}`);
          return measured;
        },
        stop,
      }),
  },
  'operator-vs-peers': {
    what: 'the operator beside a minimal one on controller-runtime and beside kro, with the same objects',
    seeds: 2,
    start: () => Promise.resolve({ run: () => measurePeers({ stacks: 50, edits: 50 }), stop }),
  },
  'operator-cluster': {
    what: 'an operator in a cluster that reaches no pod for 120 s, is gone for 60 s, and whose stack lacks each store for a while, as 50 clients chat',
    seeds: 1,
    start: async () => {
      const lab = await startOperatorLab({ name: 'demo', namespace: 'operated' });
      return { run: () => longProofs(lab), stop: () => lab.stop() };
    },
  },
  'chat-history': history(
    'random faults and kills under two replicas on an embedded record and Redis: nothing is lost, doubled or told to another patient',
    40,
    25,
    false,
  ),
  'chat-history-neo4j': history('the same on Neo4j, which is killed in every seed', 10, 10, true),
  'kubernetes-schemas': {
    what: 'the checked-in schema of Kubernetes and its removals, made again from its sources and from their newest patches',
    seeds: 1,
    start: () => Promise.resolve({ run: () => Promise.resolve(compareSources()), stop }),
  },
  'verify-vs-peers': {
    what: 'which cases `mooring verify`, kube-score and kubeconform find, and on which correct manifests they are silent',
    seeds: 1,
    start: async () => {
      const [score, conform] = [await kubeScore(), await kubeconform()];
      const verifiers = { 'mooring verify': mooring(), 'kube-score': score, kubeconform: conform };
      return { run: () => compare(verifiers), stop: conform.stop };
    },
  },
  chat: benchmark(
    'turns, echoes and memory of the chat beside a FastAPI backend on the same stores (npm run bench:chat)',
    1,
    () => ['test/bench/chat/main.ts', ...allBut('storm', chatParts)],
  ),
  'chat-storm': {
    what: 'the process of 5,000 clients replaced by a deployment, and killed: all are back, nothing lost or repeated',
    seeds: 2,
    start: () =>
      Promise.resolve({
        run: async () => {
          const { storm, kill } = await measureStorm('.', wholeStorm);
          if (Math.min(storm.back, kill.back) < storm.clients || storm.lost + storm.repeated > 0)
            throw new Error(`Not all is there: ${JSON.stringify({ storm, kill })}`);
          return { storm, kill };
        },
        stop,
      }),
  },
  deploy: benchmark(
    'from `kubectl apply` to the first answer, in a new cluster each (npm run bench:deploy)',
    6,
    () => ['test/bench/deploy.ts', '--json', '--runs', '1'],
  ),
  'synth-vs-helm': benchmark(
    '`mooring synth` against `helm template`, cold processes (npm run bench:cli)',
    2,
    () => ['test/bench/cli/main.ts', '--only', 'synth'],
  ),
  'apply-vs-helm': benchmark(
    '`mooring apply` against `helm upgrade --wait`, each first once in a new cluster (npm run bench:cli)',
    3,
    () => ['test/bench/cli/main.ts', '--only', 'apply', '--cluster-rounds', '2'],
  ),
};
