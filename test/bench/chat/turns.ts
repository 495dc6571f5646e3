import { median } from '../deploy-report.ts';
import { round } from '../operator/figures.ts';
import { startBenchedApp, type BenchedApp } from './app.ts';
import { startPeer } from './peer/peer.ts';
import { startRealStores } from './stores.ts';
import { echo, talk, type Load, type Talked } from './talk.ts';

/** How much is measured of each. */
export interface Effort {
  /** The checkout whose app is measured. */
  readonly root: string;
  readonly seconds: number;
  readonly rounds: number;
}

const embeddedClients = 50;
const realClients = 200;
/** Until the runtimes have compiled what is hot: the database is Java. */
const warmUpSeconds = 8;

export interface TurnsEmbedded extends Talked {
  readonly loopDelayP99Ms: number;
}

/** Durable turns on embedded stores. */
export async function measureEmbedded({ root, seconds }: Effort): Promise<TurnsEmbedded> {
  const app = await startBenchedApp(root, {});
  try {
    await talk(app.url, { clients: embeddedClients, seconds: warmUpSeconds });
    await app.loopDelayP99Ms();
    const talked = await talk(app.url, { clients: embeddedClients, seconds });
    return { ...talked, loopDelayP99Ms: round(await app.loopDelayP99Ms()) };
  } finally {
    await app.stop();
  }
}

/** What both did in each round. */
export interface Compared {
  readonly app: readonly number[];
  readonly peer: readonly number[];
  /** The app's median. */
  readonly appPerSecond: number;
  /** The median of the rounds' ratios. */
  readonly ratio: number;
}

/** Durable turns on real stores beside the peer on the same ones. */
export async function measureReal(effort: Effort): Promise<Compared> {
  const stores = await startRealStores();
  try {
    return await besidePeer(effort, stores.env, async (url, seconds) => {
      return (await talk(url, { clients: realClients, seconds })).turnsPerSecond;
    });
  } finally {
    await stores.stop();
  }
}

/** Echoes of a validated frame beside the peer. */
export const measureEcho = (effort: Effort, clients: Load['clients']): Promise<Compared> =>
  besidePeer(effort, undefined, (url, seconds) => echo(url, { clients, seconds }));

/** Lets the app and the peer take turns, so that what else the machine does is the same for both. */
async function besidePeer(
  { root, seconds, rounds }: Effort,
  stores: Readonly<Record<string, string>> | undefined,
  rate: (url: string, seconds: number) => Promise<number>,
): Promise<Compared> {
  const peer = await startPeer(stores ?? {});
  let app: BenchedApp | undefined;
  try {
    app = await startBenchedApp(root, stores ?? {});
    for (const { url } of [app, peer]) await rate(url, warmUpSeconds);
    const [ofApp, ofPeer]: [number[], number[]] = [[], []];
    for (let nth = 0; nth < rounds; nth += 1) {
      ofApp.push(round(await rate(app.url, seconds)));
      ofPeer.push(round(await rate(peer.url, seconds)));
    }
    const ratio = round(median(ofApp.map((value, nth) => value / (ofPeer[nth] ?? NaN))));
    return { app: ofApp, peer: ofPeer, appPerSecond: Math.round(median(ofApp)), ratio };
  } finally {
    await app?.stop();
    await peer.stop();
  }
}
