import { openCluster } from '../../../kube/cluster.ts';
import { startWithChatStacks } from '../../apiserver/operator/lab.ts';
import { percentile } from './figures.ts';
import { measureCeiling, type CeilingMeasured } from './ceiling.ts';
import { measureGates, type GatesMeasured } from './gates.ts';
import { healTimes, incident, type Edits } from './heal.ts';
import { ownAccount, rssOf, startReady } from './process.ts';
import { soak, type SoakMeasured } from './soak.ts';
import { chatStacks, makeStacks, type StacksMade } from './stacks.ts';
import { Stops } from './stops.ts';
import { takeOver, type TakenOver } from './takeover.ts';

/** What is measured, by name: each may be asked for alone. */
export const partNames = ['ceiling', 'stacks', 'heal', 'takeover', 'gates', 'soak'] as const;
export type PartName = (typeof partNames)[number];

export interface Sizes {
  /** Stacks of the staging preset; each has 33 objects. */
  readonly stacks: number;
  /** Edits whose healing is timed. */
  readonly edits: number;
  /** How often each gate of the app closes in each way. */
  readonly rounds: number;
  readonly soakSeconds: number;
}

export interface Healed {
  readonly healP50Ms: number;
  readonly healP99Ms: number;
}

export interface OperatorMeasured
  extends
    Partial<CeilingMeasured>,
    Partial<StacksMade>,
    Partial<Healed>,
    Partial<GatesMeasured>,
    Partial<SoakMeasured>,
    Partial<Omit<TakenOver, 'next'>> {
  /** What the operator's process holds in memory with those stacks. */
  readonly rssMb?: number;
}

/** So few stacks take the edits of a minute; the nightly soak has more. */
const soakedStacks = 20;

/** Measures what is asked for of an operator as its image runs it, on a real API server. */
export async function measureOperator(
  names: readonly PartName[],
  sizes: Sizes,
  say: (line: string) => void,
): Promise<OperatorMeasured> {
  const needStacks = (['stacks', 'heal', 'takeover'] as const).some((name) => names.includes(name));
  return {
    ...(names.includes('ceiling') ? await measureCeiling(sizes.stacks) : {}),
    ...(needStacks ? await measureStacks(names, sizes, say) : {}),
    ...(names.includes('gates') ? await measureGates(sizes.rounds, say) : {}),
    ...(names.includes('soak') ? await soak({ seconds: sizes.soakSeconds, stacks: soakedStacks }, say) : {}),
  };
}

async function measureStacks(
  names: readonly PartName[],
  { stacks, edits }: Sizes,
  say: (line: string) => void,
): Promise<OperatorMeasured> {
  const stops = new Stops();
  try {
    const server = stops.keep(await startWithChatStacks());
    const account = await ownAccount(server);
    const { program: operator, made } = await makeStacks(
      server,
      { stacks, documents: chatStacks },
      async () => {
        const started = await startReady(account, 'first');
        stops.add(started.kill);
        return started;
      },
    );
    say(`${stacks} stacks are applied.`);
    const heals = names.includes('heal')
      ? await healsOf(server.kubeconfigPath, { edits, stacks, edit: incident })
      : {};
    const rssMb = await rssOf(operator.pid);
    if (!names.includes('takeover')) return { ...made, ...heals, rssMb };
    const { next, ...taken } = await takeOver({ server, account }, operator);
    stops.add(next.kill);
    return { ...made, ...heals, rssMb, ...taken };
  } finally {
    await stops.run();
  }
}

/** Of a program that puts back what others change. */
export async function healsOf(kubeconfig: string, edits: Edits): Promise<Healed> {
  const cluster = openCluster({ kubeconfig }, 'bench');
  try {
    const times = await healTimes(cluster, edits);
    return { healP50Ms: percentile(times, 0.5), healP99Ms: percentile(times, 0.99) };
  } finally {
    cluster.api.close();
  }
}
