import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../kube/api.ts';
import { execInPod } from '../../kube/exec.ts';
import { dialPod } from '../../kube/port-forward.ts';

let folder: string;
let server: Server;
let status = 403;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mooring-socket-'));
  server = createServer();
  server.on('upgrade', (_request, socket) => {
    socket.end(`HTTP/1.1 ${status} No\r\ncontent-length: 4\r\nconnection: close\r\n\r\nno.\n`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The API of a server that upgrades nothing. */
function api(): ReturnType<typeof connect> {
  const path = join(folder, 'config');
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    clusters: [
      { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'u', user: {} }],
  };
  writeFileSync(path, JSON.stringify(config));
  return connect({ kubeconfig: path });
}

test.each([
  [403, 'CLUSTER_DENIED', 'Forbidden'],
  [401, 'CLUSTER_DENIED', 'Unauthorized'],
  [500, 'CLUSTER_AWAY', undefined],
])('a handshake answered with %i is told by its status: %s', async (answered, code, reason) => {
  status = answered;
  const at = { namespace: 'chat', pod: 'demo-0' };
  const facts = { context: 'prod', ...(reason === undefined ? {} : { reason }) };
  await expect(dialPod(api(), { ...at, port: 80 })).rejects.toMatchObject({
    code,
    facts: { ...facts, resource: 'pods/portforward' },
  });
  await expect(execInPod(api(), { ...at, container: 'a' }, ['true'], 1_000)).rejects.toMatchObject({
    code,
    facts: { ...facts, resource: 'pods/exec' },
    cause: { name: 'HandshakeRefused', status: answered, body: 'no.\n' },
  });
});
