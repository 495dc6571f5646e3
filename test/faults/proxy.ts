import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, LOOPBACK } from '../servers/ports.ts';

/** A TCP proxy in front of a store, whose faults have Toxiproxy's names. */
export interface Proxy {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  down(): Promise<void>;
  /** Lets these bytes of a client through, then is `down`. Resolves when it is. */
  downAfter(bytes: Buffer): Promise<void>;
  /** Accepts connections and lets no byte through, either way. */
  timeout(): void;
  /** Holds every byte back for so many milliseconds, either way. */
  latency(ms: number): void;
  /** Lets so many bytes a second through, either way. */
  bandwidth(bytesPerSecond: number): void;
  /** Cuts what is sent into pieces of so many bytes, each written by itself. */
  slicer(bytes: number): void;
  /** Resets every connection there is, as a host does that was restarted. New ones are served. */
  resetPeer(): void;
  /** Lets no byte more through on the connections there are, and tells neither side, as when a node vanishes. New ones are served. */
  vanish(): void;
  /** All well again. What `timeout` held back is lost with its connections. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

/** How bytes are carried. */
interface Toxics {
  readonly isStalled?: boolean;
  readonly latencyMs?: number;
  readonly bytesPerSecond?: number;
  readonly sliceBytes?: number;
}

export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const port = await freePort();
  const open = new Set<Socket>();
  const vanished = new WeakSet<Socket>();
  let toxics: Toxics = {};
  let fatal: { readonly bytes: Buffer; readonly met: () => void } | undefined;
  let server: Server | undefined;
  const serve = (near: Socket): void => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from.setNoDelay());
      let carried = Promise.resolve();
      from.on('data', (bytes) => {
        if (vanished.has(from)) return;
        const ofNow = toxics;
        const at = performance.now();
        carried = carried
          .then(() => carry(bytes, to, ofNow, at))
          .then(() => (from === near ? end(bytes) : undefined));
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        if (!vanished.has(from)) void carried.then(() => to.destroy());
      });
    }
  };
  const cut = (): void => open.forEach((socket) => socket.destroy());
  const down = async (): Promise<void> => {
    const closing = server;
    server = undefined;
    cut();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  };
  const end = (bytes: Buffer): void => {
    if (fatal === undefined || !bytes.includes(fatal.bytes)) return;
    void down().then(fatal.met);
    fatal = undefined;
  };
  const downAfter = (bytes: Buffer): Promise<void> =>
    new Promise((resolve) => (fatal = { bytes, met: resolve }));
  const up = async (): Promise<void> => {
    toxics = {};
    cut();
    if (server) return;
    const opening = createServer(serve);
    await new Promise<void>((resolve) => opening.listen(port, LOOPBACK, resolve));
    server = opening;
  };
  await up();
  return {
    port,
    down,
    downAfter,
    up,
    timeout: () => (toxics = { isStalled: true }),
    latency: (latencyMs) => (toxics = { latencyMs }),
    bandwidth: (bytesPerSecond) => (toxics = { bytesPerSecond }),
    slicer: (sliceBytes) => (toxics = { sliceBytes }),
    vanish: () => open.forEach((socket) => vanished.add(socket)),
    resetPeer: () => open.forEach((socket) => socket.resetAndDestroy()),
    stop: down,
  };
}

/** Writes what came at `arrivedAt`, when and in which pieces the toxics say. Resolves when it was handed on. */
async function carry(bytes: Buffer, to: Socket, toxics: Toxics, arrivedAt: number): Promise<void> {
  if (toxics.isStalled === true) return;
  const early = arrivedAt + (toxics.latencyMs ?? 0) - performance.now();
  if (early > 0) await pause(early);
  for (const piece of sliced(bytes, toxics)) {
    if (to.destroyed) return;
    await pauseFor(piece, toxics);
    await new Promise<void>((resolve) => to.write(piece, () => resolve()));
  }
}

function sliced(bytes: Buffer, { sliceBytes, bytesPerSecond }: Toxics): Buffer[] {
  const most = sliceBytes ?? (bytesPerSecond === undefined ? bytes.length : mostAtOnce);
  return Array.from({ length: Math.ceil(bytes.length / most) }, (_, nth) =>
    bytes.subarray(nth * most, (nth + 1) * most),
  );
}

async function pauseFor(piece: Buffer, { sliceBytes, bytesPerSecond }: Toxics): Promise<void> {
  if (bytesPerSecond !== undefined) await pause((piece.length / bytesPerSecond) * 1_000);
  if (sliceBytes !== undefined) await pause(betweenSlicesMs);
}

/** Without it the system would put the pieces together again. */
const betweenSlicesMs = 1;

/** Bytes that a slow connection hands on at once. */
const mostAtOnce = 1_024;
