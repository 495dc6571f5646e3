import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import neo4j from 'neo4j-driver';
import type { Cluster } from '../../kube/cluster.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { dialPod, type PodPort } from '../../kube/port-forward.ts';
import { refusedCredentials } from '../../dial/client-errors.ts';
import { neo4jUser } from '../../contract/services/neo4j.ts';

/**
 * Changes the password Neo4j keeps in its volume, where no variable reaches it. Does nothing when it knows the new one
 * already.
 * @throws ClusterError when Neo4j takes neither, or cannot be reached.
 */
export async function changeNeo4jPassword(
  cluster: Cluster,
  at: PodPort,
  from: string,
  to: string,
): Promise<void> {
  const forward = await forwarded(cluster, at);
  const { port } = forward.address() as AddressInfo;
  const url = `bolt://127.0.0.1:${port}`;
  try {
    if (await isPassword(url, to)) return;
    if (!(await isPassword(url, from)))
      throw new ClusterError(
        'CLUSTER_REFUSED',
        `Neo4j in pod ${at.pod} takes neither the password of the live Secret nor the new one: somebody changed it by hand. Set it back, then run again.`,
      );
    const driver = neo4j.driver(url, neo4j.auth.basic(neo4jUser, from));
    try {
      // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
      const session = driver.session({ database: 'system' });
      await session.run('ALTER CURRENT USER SET PASSWORD FROM $from TO $to', { from, to });
      await session.close();
    } finally {
      await driver.close();
    }
  } finally {
    forward.close();
  }
}

async function isPassword(url: string, password: string): Promise<boolean> {
  // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment
  const driver = neo4j.driver(url, neo4j.auth.basic(neo4jUser, password), {
    connectionAcquisitionTimeout: 20_000,
  });
  try {
    // Not verifyAuthentication(), which resolves to false where the password is wrong.
    await driver.verifyConnectivity();
    return true;
  } catch (error) {
    if (refusedCredentials(error)) return false;
    throw new ClusterError(
      'CLUSTER_AWAY',
      `Neo4j cannot be asked through the API server: ${error instanceof Error ? error.message : String(error)}. Is its pod ready?`,
    );
  } finally {
    await driver.close();
  }
}

/** A port of this machine, on loopback only, that leads into the pod: the driver dials hosts, not streams. */
async function forwarded(cluster: Cluster, at: PodPort): Promise<Server> {
  const join = async (socket: Socket): Promise<void> => {
    const stream = await dialPod(cluster.api, at);
    stream.on('error', () => socket.destroy());
    socket.on('error', () => stream.destroy());
    socket.on('close', () => stream.destroy());
    socket.pipe(stream).pipe(socket);
  };
  const server = createServer((socket) => {
    join(socket).catch(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return server;
}
