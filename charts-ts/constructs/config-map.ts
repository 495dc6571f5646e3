import { k8s } from 'cdk8s-plus-27';
import { configDigest } from '../../model/digest.ts';
import type { Workload } from '../../model/stack.ts';
import { configDigestAnnotation, filesDigestAnnotation, suffixes } from '../../model/names.ts';
import type { Site } from '../options.ts';
import { splitEnvironment } from './environment.ts';
import { metadataOf, nameOf } from './metadata.ts';

/** The ConfigMap key of the file at `path`: keys may not contain a slash. */
export const fileKey = (path: string): string => path.replace(/^\//, '').replaceAll('/', '_');

/** One ConfigMap for the workload's plain environment and one for its files; an empty one is left out. */
export function addConfigMaps(site: Site, service: Workload): void {
  const { values } = splitEnvironment(site.stack, service);
  const files = Object.entries(service.container.files ?? {});
  addConfigMap(site, service, suffixes.config, values);
  addConfigMap(
    site,
    service,
    suffixes.files,
    Object.fromEntries(files.map(([path, content]) => [fileKey(path), content])),
  );
}

function addConfigMap(site: Site, service: Workload, suffix: string, content: Record<string, string>): void {
  if (Object.keys(content).length === 0) return;
  new k8s.KubeConfigMap(site.chart, suffix, {
    metadata: metadataOf(site, nameOf(site, service, suffix), service),
    data: content,
  });
}

/** Digests of both, for the pod template: a changed value or file then rolls the pods. They cover no secret. */
export const digestsOf = (site: Site, service: Workload): Record<string, string> => ({
  ...configDigestOf(site, service),
  ...filesDigestOf(service),
});

export function configDigestOf(site: Site, service: Workload): Record<string, string> {
  const { values } = splitEnvironment(site.stack, service);
  return Object.keys(values).length > 0 ? { [configDigestAnnotation]: configDigest(values) } : {};
}

export function filesDigestOf({ container: { files = {} } }: Workload): Record<string, string> {
  return Object.keys(files).length > 0 ? { [filesDigestAnnotation]: configDigest(files) } : {};
}
