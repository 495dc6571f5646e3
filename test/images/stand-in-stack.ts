import { chatStackKindName } from '../../contract/document.ts';
import { apiVersion } from '../../model/names.ts';
import type { Images } from './build-images.ts';

/** The images of a stack, by the names under which a node finds them. */
export type ImageRefs = Record<'app' | 'redis' | 'neo4j' | 'qdrant', Pick<Images['app'], 'ref'>>;

/** A ChatStack document with these images: the ordinary overrides, nothing else. */
export const standInStack = ({ app, redis, neo4j, qdrant }: ImageRefs): object => ({
  apiVersion,
  kind: chatStackKindName,
  spec: {
    backend: { image: app.ref },
    redis: { image: redis.ref },
    neo4j: { image: neo4j.ref },
    qdrant: { image: qdrant.ref },
  },
});
