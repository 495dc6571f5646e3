import { apiVersion, kind } from '../../contract/names.ts';
import type { Images } from './build-images.ts';

type Named = Record<'app' | 'redis' | 'neo4j' | 'qdrant', Pick<Images['app'], 'ref'>>;

/** A ChatStack document whose images are those that were built here: the ordinary overrides, nothing else. */
export const standInStack = ({ app, redis, neo4j, qdrant }: Named): object => ({
  apiVersion,
  kind,
  spec: {
    backend: { image: app.ref },
    redis: { image: redis.ref },
    neo4j: { image: neo4j.ref },
    qdrant: { image: qdrant.ref },
  },
});
