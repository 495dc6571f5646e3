import { serviceOf } from '../../../model/environment.ts';
import {
  patientContext,
  readyz,
  status,
  type PatientContext,
  type Readyz,
  type Status,
} from '../../../contract/http.ts';
import { isWorkload, type Stack, type Workload } from '../../../model/stack.ts';
import { backendName, backendPorts } from '../../../contract/services/backend-ports.ts';
import { httpPaths } from '../../../contract/services/backend.ts';
import type { ImageRefs } from '../../images/stand-in-stack.ts';
import { serverFolder } from '../../servers/folder.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { ask } from './ask.ts';
import { podsOf, type Pod } from './pods.ts';
import { synthesize, type StackChoice, type Synthesized } from './synthesis.ts';
import { until } from './until.ts';

export type { StackChoice } from './synthesis.ts';

/** Milliseconds since `kubectl apply` was begun. Nothing waits for another: each is the moment it became true. */
export interface Timings {
  /** `kubectl apply` was done. */
  readonly applied: number;
  /** Kubernetes calls every pod of a service ready, by service. */
  readonly servicesReady: Readonly<Record<string, number>>;
  /** Kubernetes calls every pod ready. */
  readonly podsReady: number;
  /** The chat itself says that it is ready, through the NodePort. */
  readonly firstReady: number;
  /** A client that tried from the beginning had its first message answered, through the NodePort. */
  readonly firstAnswerMs: number;
}

export interface DeployedStack {
  readonly stack: Stack;
  /** The chat through the NodePort, for a browser. */
  readonly chatUrl: string;
  /** The same for WebSockets. */
  readonly wsUrl: string;
  readonly timings: Timings;
  /** Runs kubectl in the stack's namespace; answers what it printed, and rejects when it fails. */
  readonly kubectl: (args: readonly string[], input?: string) => Promise<string>;
  readonly pods: () => Promise<Pod[]>;
  readonly status: () => Promise<Status>;
  /** Every gate of one of the backend's pods, as an operator is told. */
  readonly readyz: () => Promise<Readyz>;
  /** What is remembered of a patient, as the page's sidebar asks for it. */
  readonly context: (patient: string) => Promise<PatientContext>;
  /** `kubectl delete` of what was applied; resolves when it is gone. */
  readonly delete: () => Promise<void>;
}

/** A stack that may not be up yet. */
export type Access = Omit<DeployedStack, 'timings'>;

/** How the manifests come into the cluster; resolves when the last is there. */
export type Apply = (stack: Access, synthesized: Synthesized) => Promise<void>;

const asAUserDoes: Apply = async ({ kubectl }, { dist }) => {
  await kubectl(['apply', '-f', dist]);
};

/**
 * Brings a stack up as a user does: a document, `cdk8s synth`, `kubectl apply -f dist/`, and then asking the chat
 * itself through its NodePort until it answers. The document's images must be on the node.
 * @param apply in place of `kubectl apply -f dist/`.
 */
export async function deployStack(
  { cluster, images }: { readonly cluster: Cluster; readonly images: ImageRefs },
  choice: StackChoice,
  apply: Apply = asAUserDoes,
): Promise<DeployedStack> {
  const folder = await serverFolder('stack');
  try {
    const synthesized = await synthesize(images, choice, { folder: folder.path });
    const deployed = access(cluster, synthesized);
    const timings = await bringUp(deployed, () => apply(deployed, synthesized));
    return { ...deployed, timings };
  } finally {
    await folder.dispose();
  }
}

/** How a stack is reached, whether or not it is up. */
export function access(cluster: Cluster, { stack, manifests }: Synthesized): Access {
  const chatUrl = `http://${cluster.nodeAddress}:${nodePortOf(stack)}`;
  const read = async (path: string) =>
    (await fetch(`${chatUrl}${path}`, { signal: AbortSignal.timeout(10_000) })).json();
  const kubectl: Access['kubectl'] = async (args, input) => {
    const options = input === undefined ? {} : { input };
    const { code, stdout, stderr } = await cluster.kubectl(['-n', stack.namespace, ...args], options);
    if (code !== 0) throw new Error(`kubectl ${args.join(' ')} failed: ${stderr}`);
    return stdout.trim();
  };
  return {
    stack,
    chatUrl,
    wsUrl: chatUrl.replace(/^http/, 'ws'),
    kubectl,
    pods: () => podsOf(cluster, stack),
    status: async () => status.parse(await read(httpPaths.status)),
    readyz: async () => readyz.parse(await operations(cluster, stack, httpPaths.readyz)),
    context: async (patient) =>
      patientContext.parse(await read(httpPaths.context.replace(':patient', encodeURIComponent(patient)))),
    delete: async () => {
      await kubectl(['delete', '--ignore-not-found', '-f', '-'], manifests);
    },
  };
}

/** What a path of the metrics port answers, asked through the API server. */
async function operations(cluster: Cluster, stack: Stack, path: string): Promise<unknown> {
  const pod = (await podsOf(cluster, stack)).find(({ service }) => service === backendName);
  const at = `/api/v1/namespaces/${stack.namespace}/pods/${pod?.name}:${backendPorts.metrics.containerPort}/proxy`;
  return (await cluster.request('GET', `${at}${path}`)).json;
}

function nodePortOf(stack: Stack): number {
  const nodePort = serviceOf(stack, backendName).ports['http']?.nodePort;
  if (nodePort !== undefined) return nodePort;
  throw new Error(`The stack "${stack.name}" has no node port; give it spec.backend.nodePort.enabled.`);
}

/** Runs `apply` and waits until the chat answers. Rejects with the pods' states when it does not. */
export async function bringUp(stack: Access, apply: () => Promise<void>): Promise<Timings> {
  const begun = performance.now();
  const elapsed = () => Math.round(performance.now() - begun);
  await apply();
  const applied = elapsed();
  const first = { patient: 'patient:first', session: 'session:first', text: 'Hello.' };
  try {
    const servicesReady: Record<string, number> = {};
    const [podsReady, firstReady, firstAnswerMs] = await Promise.all([
      until('every pod to be ready', async () => {
        const ready = await readyServices(stack);
        for (const name of ready) servicesReady[name] ??= elapsed();
        return ready.length === stack.stack.services.filter(isWorkload).length;
      }).then(elapsed),
      until('the chat to say that it is ready', async () => (await stack.status()).ready).then(elapsed),
      ask(stack.wsUrl, first).then(elapsed),
    ]);
    return { applied, servicesReady, podsReady, firstReady, firstAnswerMs };
  } catch (cause) {
    const pods = await stack.kubectl(['get', 'pods', '-o', 'wide']);
    throw new Error(`The stack "${stack.stack.name}" did not come up. Its pods:\n${pods}`, { cause });
  }
}

/** The services whose pods are all there and ready. */
async function readyServices({ stack, pods }: Access): Promise<string[]> {
  const found = await pods();
  const isReady = ({ name, replicas = 1 }: Workload) => {
    const own = found.filter(({ service }) => service === name);
    return own.length === replicas && own.every(({ ready }) => ready);
  };
  return stack.services
    .filter(isWorkload)
    .filter(isReady)
    .map(({ name }) => name);
}
