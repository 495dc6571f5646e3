import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWithChatStacks } from '../../../apiserver/operator/lab.ts';
import type { ApiServer } from '../../../servers/kubernetes/api-server.ts';
import { incident, otherHost } from '../heal.ts';
import { healsOf, type Healed } from '../measure.ts';
import { rssOf, startReady } from '../process.ts';
import { chatStacks, makeStacks, type Documents, type Reconciling, type StacksMade } from '../stacks.ts';
import { Stops } from '../stops.ts';
import { kroStacks, prepareKro, startKro } from './kro.ts';
import { startPeer } from './peer.ts';

export interface PeerMeasured extends StacksMade, Healed {
  readonly rssMb: number;
  /** Whether the incident, Redis' Service on port 6380, is put back. */
  readonly healsIncident: boolean;
}

interface Contestant {
  readonly documents: Documents;
  /** What it needs before documents can be written. */
  readonly prepare?: (server: ApiServer, folder: string) => Promise<void>;
  /** Starts it; what it started is ended by `stops`. */
  readonly start: (server: ApiServer, folder: string, stops: Stops) => Promise<Reconciling>;
}

const contestants = {
  mooring: {
    documents: chatStacks,
    start: async ({ kubeconfigPath }, _folder, stops) => {
      const operator = await startReady({ kubeconfig: kubeconfigPath }, 'beside');
      stops.add(operator.kill);
      return operator;
    },
  },
  controllerRuntime: { documents: chatStacks, start: startPeer },
  kro: { documents: kroStacks, prepare: prepareKro, start: startKro },
} as const satisfies Record<string, Contestant>;

export type PeersMeasured = Readonly<Record<keyof typeof contestants, PeerMeasured>>;

/** The operator and its peers, one after the other, each on an API server of its own, with the same objects. */
export async function measurePeers(sizes: {
  readonly stacks: number;
  readonly edits: number;
}): Promise<PeersMeasured> {
  const measured: [string, PeerMeasured][] = [];
  for (const [name, contestant] of Object.entries(contestants))
    measured.push([name, await measureOne(contestant, sizes)]);
  return Object.fromEntries(measured) as PeersMeasured;
}

async function measureOne(
  { documents, prepare, start }: Contestant,
  { stacks, edits }: { readonly stacks: number; readonly edits: number },
): Promise<PeerMeasured> {
  const stops = new Stops();
  try {
    const server = stops.keep(await startWithChatStacks());
    const folder = await mkdtemp(join(tmpdir(), 'mooring-peer-'));
    stops.add(() => rm(folder, { recursive: true, force: true }));
    await prepare?.(server, folder);
    const { program, made } = await makeStacks(server, { stacks, documents }, () =>
      start(server, folder, stops),
    );
    const heals = await healsOf(server.kubeconfigPath, { edits, stacks, edit: otherHost });
    const rssMb = await rssOf(program.pid);
    const { healP99Ms } = await healsOf(server.kubeconfigPath, { edits: 1, stacks: 1, edit: incident });
    return { ...made, ...heals, rssMb, healsIncident: Number.isFinite(healP99Ms) };
  } finally {
    await stops.run();
  }
}
