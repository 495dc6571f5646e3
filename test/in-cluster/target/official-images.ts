import { backendImage } from '../../../contract/services/backend.ts';
import { neo4jImage } from '../../../contract/services/neo4j.ts';
import { qdrantImage } from '../../../contract/services/qdrant.ts';
import { redisImage } from '../../../contract/services/redis.ts';
import type { ImageRefs } from '../../images/stand-in-stack.ts';

/** The images every stack runs unless it says otherwise. @param registry goes before each name. */
export function officialImages(registry?: string): ImageRefs {
  const ref = (name: string) => ({ ref: registry === undefined ? name : `${registry}/${name}` });
  return {
    app: ref(backendImage),
    redis: ref(redisImage),
    neo4j: ref(neo4jImage),
    qdrant: ref(qdrantImage),
  };
}
