import { apiVersion, kind } from '../../contract/names.ts';
import type { Image } from './image.ts';

type Overridden = 'redis' | 'neo4j' | 'qdrant';

/** A ChatStack document whose images are those that were built here: the ordinary overrides, nothing else. */
export function standInStack(images: Record<Overridden | 'app', Image>): object {
  const { app, ...stores } = images;
  const overrides = Object.entries(stores).map(([name, { ref }]) => [name, { image: ref }]);
  return {
    apiVersion,
    kind,
    spec: { backend: { image: app.ref }, ...(Object.fromEntries(overrides) as object) },
  };
}
