import { buildStoreImages } from '../images/build-images.ts';
import { startCluster, type Cluster } from '../lab/cluster.ts';

export interface TwoClusters {
  clusters: [Cluster, Cluster];
  images: Awaited<ReturnType<typeof buildStoreImages>>;
  stop(): Promise<void>;
}

/** Two clusters, started at the same moment, with the stores' stand-ins in them. */
export async function startTwoClusters(): Promise<TwoClusters> {
  const images = await buildStoreImages();
  const started = await Promise.allSettled([startCluster(), startCluster()]);
  const up = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stop = async () => {
    await Promise.all(up.map((cluster) => cluster.stop()));
  };
  const [first, second] = up;
  if (first === undefined || second === undefined) {
    await stop();
    throw started.find((one) => one.status === 'rejected')?.reason;
  }
  await Promise.all(
    up.flatMap((cluster) => Object.values(images).map(({ tarPath }) => cluster.importImage(tarPath))),
  );
  return { clusters: [first, second], images, stop };
}
