import { orStop } from '../../servers/or-stop.ts';
import { buildImages } from '../../images/build-images.ts';
import type { ImageRefs } from '../../images/stand-in-stack.ts';
import { startCluster, type Cluster } from '../../lab/cluster.ts';
import type { ClusterShape } from '../../lab/control-plane.ts';
import { startContextTarget } from './context.ts';
import { startKindTarget } from './kind.ts';
import { namedContext, targetKind } from './which.ts';

/** A cluster, and the images of a stack under the names its nodes know. */
export interface Target {
  readonly cluster: Cluster;
  readonly images: ImageRefs;
}

/**
 * The cluster in which tests of a stack run: the one MOORING_TEST_CONTEXT names; kind, where it works; else one of our
 * own. Rejects with `Unavailable` where there can be none, or none with images.
 * @param shape of the cluster, where it is one of our own.
 */
export function startTarget(shape: ClusterShape = {}): Promise<Target> {
  const context = namedContext();
  if (context !== undefined) return startContextTarget(context);
  return targetKind() === 'kind' ? startKindTarget() : startLabTarget(shape);
}

/** A cluster of `lab/`, with images that were built here. */
async function startLabTarget(shape: ClusterShape): Promise<Target> {
  const images = await buildImages();
  const cluster = await startCluster(shape);
  return orStop(
    () => cluster.stop(),
    async () => {
      const { app, redis, neo4j, qdrant } = images;
      for (const { tarPath } of [app, redis, neo4j, qdrant]) await cluster.importImage(tarPath);
      return { cluster, images };
    },
  );
}
