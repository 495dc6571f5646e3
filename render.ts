/** The Kubernetes objects of a stack. */
export { renderSecret, renderStack } from './charts-ts/render.ts';
export type { Manifest, OwnerReference, RenderOptions } from './charts-ts/render.ts';
export { stringifyManifests } from './charts-ts/yaml.ts';
