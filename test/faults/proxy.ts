import { connect, createServer, type Server, type Socket } from 'node:net';
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
  /** All well again. What `timeout` held back is lost with its connections. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const port = await freePort();
  const open = new Set<Socket>();
  let stalled = false;
  let fatal: { readonly bytes: Buffer; readonly met: () => void } | undefined;
  let server: Server | undefined;
  const serve = (near: Socket): void => {
    const far = connect(target);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on('data', (bytes) => stalled || to.write(bytes, () => from === near && end(bytes)));
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
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
    stalled = false;
    cut();
    if (server) return;
    const opening = createServer(serve);
    await new Promise<void>((resolve) => opening.listen(port, LOOPBACK, resolve));
    server = opening;
  };
  await up();
  return { port, down, downAfter, up, timeout: () => (stalled = true), stop: down };
}
