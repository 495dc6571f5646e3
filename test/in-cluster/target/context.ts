import { orStop } from '../../servers/or-stop.ts';
import { buildImages } from '../../images/build-images.ts';
import type { ImageRefs } from '../../images/stand-in-stack.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { capture } from '../../servers/process.ts';
import { findProgram } from '../../servers/programs.ts';
import { Unavailable } from '../../servers/unavailable.ts';
import type { Cluster } from '../../lab/cluster.ts';
import { kubeconfigCluster } from './kubeconfig-cluster.ts';
import { officialImages } from './official-images.ts';
import type { Target } from './target.ts';

/** The cluster of a context of the user's kubeconfig. */
export async function startContextTarget(context: string): Promise<Target> {
  const images = imagesByRegistry();
  const cluster = await kubeconfigCluster({
    name: `the context "${context}"`,
    kubeconfig: await kubeconfigOf(context),
    ...nodeAddress(),
    importImage: (_, tarPath) =>
      Promise.reject(new Unavailable(`the image of ${tarPath}`, 'a context says nothing of how to load it')),
  });
  return orStop(
    () => cluster.stop(),
    async () => ({
      cluster,
      images: images ?? (await builtImagesOn(cluster, context)),
    }),
  );
}

const setting = (name: string): string | undefined => process.env[name] || undefined;

/** Where node ports are reached, if the nodes' own addresses are not. */
function nodeAddress(): { nodeAddress?: string } {
  const address = setting('MOORING_TEST_NODE_ADDRESS');
  return address === undefined ? {} : { nodeAddress: address };
}

/** A user's mistake fails the tests, in a sentence; it does not skip them. */
async function kubeconfigOf(context: string): Promise<string> {
  const program = findProgram('kubectl') ?? (await builtProgram('kubectl'));
  const view = ['config', 'view', '--raw', '--minify', '--flatten', `--context=${context}`];
  const { code, stdout, stderr } = await capture(program, view);
  if (code === 0) return stdout;
  throw new Error(
    `MOORING_TEST_CONTEXT is "${context}", which kubectl does not find in the kubeconfig ` +
      `(KUBECONFIG, else ~/.kube/config): ${stderr.trim()}`,
  );
}

/** MOORING_TEST_REGISTRY has what `spec.images.registry` would be: docs/deploying.md says how to fill it. */
function imagesByRegistry(): ImageRefs | undefined {
  const registry = setting('MOORING_TEST_REGISTRY');
  return registry === undefined ? undefined : officialImages(registry.replace(/\/$/, ''));
}

interface Nodes {
  items: { status: { images?: { names?: string[] }[] } }[];
}

/** Images that were built here, if somebody loaded them onto the nodes, as `npm run cluster:up` does. */
async function builtImagesOn({ request }: Cluster, context: string): Promise<ImageRefs> {
  const { app, redis, neo4j, qdrant } = await buildImages();
  const { json } = await request('GET', '/api/v1/nodes');
  const known = (json as Nodes).items.flatMap(({ status }) =>
    (status.images ?? []).flatMap(({ names = [] }) => names),
  );
  const missing = [app, redis, neo4j, qdrant].filter(({ ref }) => !known.includes(ref));
  if (missing.length === 0) return { app, redis, neo4j, qdrant };
  throw new Unavailable(
    `a stack in the context "${context}"`,
    `no node says that it has ${missing.map(({ ref }) => ref).join(', ')}. Set MOORING_TEST_REGISTRY to a registry ` +
      'from which the cluster pulls the official images and the app',
  );
}
