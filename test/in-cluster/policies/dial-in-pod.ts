import type { Cluster } from '../../lab/cluster.ts';
import { until } from '../stack/until.ts';

/** A pod that listens on ports and dials others; it needs no store and no secret. */
export interface Listener {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
}

/** The text of a program: listens on the ports it is given, for ever. */
const listen = `
const net = require('node:net');
for (const port of process.argv.slice(1)) net.createServer((socket) => socket.end()).listen(Number(port));
setInterval(() => undefined, 60_000);
`;

/** The text of a program: dials every host:port it is given and prints which of them answered, as JSON. */
const dial = `
const net = require('node:net');
const dial = (target) => new Promise((resolve) => {
  const [host, port] = target.split(':');
  const socket = net.connect({ host, port: Number(port) });
  const end = (made) => { socket.destroy(); resolve([target, made]); };
  socket.setTimeout(2_000, () => end(false));
  socket.on('connect', () => end(true));
  socket.on('error', () => end(false));
});
Promise.all(process.argv.slice(1).map(dial)).then((all) => console.log(JSON.stringify(Object.fromEntries(all))));
`;

/** @param image one with Node, on the node already. */
export const listenerPod = ({ name, namespace, labels, ports }: Listener, image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels },
  spec: {
    enableServiceLinks: false,
    automountServiceAccountToken: false,
    terminationGracePeriodSeconds: 0,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    containers: [
      {
        name: 'listener',
        image,
        command: ['node', '-e', listen, '--', ...ports.map(String)],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
        ...(ports[0] === undefined
          ? {}
          : { readinessProbe: { tcpSocket: { port: ports[0] }, periodSeconds: 1 } }),
      },
    ],
  },
});

/** Which of `targets` (`host:port`) a pod can connect to within two seconds. */
export async function dialFrom(
  cluster: Cluster,
  { name, namespace }: Pick<Listener, 'name' | 'namespace'>,
  targets: readonly string[],
): Promise<Readonly<Record<string, boolean>>> {
  const { code, stdout, stderr } = await cluster.kubectl([
    ...['-n', namespace, 'exec', name, '--', 'node', '-e', dial, '--'],
    ...targets,
  ]);
  if (code !== 0) throw new Error(`Nothing could be dialled from ${name}: ${stderr}`);
  return JSON.parse(stdout) as Record<string, boolean>;
}

interface PodStatus {
  status: { podIP?: string; conditions?: { type: string; status: string }[] };
}

/** The address of each pod, once all of them listen. */
export async function addressesOf(
  { request }: Cluster,
  pods: readonly Pick<Listener, 'name' | 'namespace'>[],
): Promise<Readonly<Record<string, string>>> {
  const addresses: Record<string, string> = {};
  for (const { name, namespace } of pods)
    await until(`the pod ${name} to listen`, async () => {
      const { json } = await request('GET', `/api/v1/namespaces/${namespace}/pods/${name}`);
      const { status } = json as PodStatus;
      addresses[name] = status.podIP ?? '';
      return status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;
    });
  return addresses;
}
