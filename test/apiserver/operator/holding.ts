import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import { buffer } from 'node:stream/consumers';
import type { ApiServer } from '../../servers/kubernetes/api-server.ts';
import { createAuthority, serverCertificate } from '../../servers/kubernetes/certificates.ts';
import { freePort, LOOPBACK } from '../../servers/ports.ts';
import { tokenKubeconfig, type Account } from './own-account.ts';

/** A request as a proxy sees it. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly url: string;
}

/** A proxy in front of an API server that keeps single requests back, and lets them through later. */
export interface Holding {
  /** Of the account, through the proxy. */
  readonly kubeconfig: string;
  /** From now on requests of this kind are kept back. */
  readonly hold: (which: (asked: Asked) => boolean) => void;
  /** What is kept back, in order. */
  readonly held: () => readonly Asked[];
  /**
   * Lets everything through again, also a write whose sender waits for its answer no longer: it was under way.
   * @returns the writes, with what the API server answered.
   */
  readonly release: () => Promise<readonly (Asked & { readonly status: number })[]>;
  readonly stop: () => Promise<void>;
}

interface Exchange extends Asked {
  readonly from: IncomingMessage;
  readonly to: ServerResponse;
  readonly body: Buffer;
}

/** Whether a request changes something. */
export const isWrite = ({ method, url }: Asked): boolean => method !== 'GET' && !url.includes('dryRun=');

/** Starts one, with a certificate of its own: it reads what is asked. */
export async function startHolding(
  { url, caPem }: ApiServer,
  { kubeconfigPath, token }: Account,
): Promise<Holding> {
  const agent = new Agent({ ca: caPem, keepAlive: true });
  const kept: Exchange[] = [];
  let isHeld: (asked: Asked) => boolean = () => false;
  const forward = async ({ method, url: path, from, to, body }: Exchange): Promise<number> => {
    const outgoing = httpsRequest(new URL(path, url), { agent, method, headers: from.headers });
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const status = answer.statusCode ?? 0;
    to.writeHead(status, answer.headers);
    answer.on('error', () => to.destroy());
    to.on('close', () => answer.destroy());
    answer.pipe(to);
    return status;
  };
  const take = async (from: IncomingMessage, to: ServerResponse): Promise<void> => {
    const { method = '', url: path = '' } = from;
    const exchange = { method, url: path, from, to, body: await buffer(from) };
    if (isHeld(exchange)) kept.push(exchange);
    else await forward(exchange);
  };
  const authority = await createAuthority();
  const { key, cert } = await serverCertificate(authority, LOOPBACK);
  const server = createServer({ key, cert }, (from, to) => void take(from, to).catch(() => to.destroy()));
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, LOOPBACK, resolve));
  const kubeconfig = `${kubeconfigPath}-held`;
  const through = { server: `https://${LOOPBACK}:${port}`, caPem: authority.cert, token };
  await writeFile(kubeconfig, tokenKubeconfig(through), { mode: 0o600 });
  return {
    kubeconfig,
    hold: (which) => {
      isHeld = which;
    },
    held: () => kept,
    release: async () => {
      isHeld = () => false;
      const late = kept.splice(0);
      for (const one of late) if (one.method === 'GET') one.to.destroy();
      const statuses: (Asked & { status: number })[] = [];
      for (const one of late.filter(({ method }) => method !== 'GET'))
        statuses.push({ method: one.method, url: one.url, status: await forward(one) });
      return statuses;
    },
    stop: async () => {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
