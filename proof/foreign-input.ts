import { isFields } from '../model/fields.ts';

/** What another tool reads, and how Kubernetes objects are made of it. */
export interface ForeignInput {
  readonly what: string;
  /** Prints the objects. */
  readonly command: string;
}

const helm: ForeignInput = {
  what: 'a Helm template that was not rendered',
  command: 'helm template RELEASE CHART',
};

/** A text that is no YAML, since a template's actions stand in it: `{{ .Values.name }}` is a map whose key is a map. */
export const templateIn = (text: string): ForeignInput | undefined =>
  /\{\{-?\s*[\w.$("/*]/.test(text) ? helm : undefined;

/** In quotes a template's actions are YAML; no name, namespace or label may hold one. */
const isTemplated = (metadata: unknown): boolean =>
  isFields(metadata) &&
  [metadata['name'], metadata['namespace'], ...(Object.values(metadata['labels'] ?? {}) as unknown[])].some(
    (text) => typeof text === 'string' && templateIn(text) !== undefined,
  );

/** A document that is no Kubernetes object; `undefined` where it may be one. */
export function foreignInputOf(value: unknown): ForeignInput | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { apiVersion, kind, ...fields } = value as Record<string, unknown>;
  if (apiVersion !== undefined && isTemplated(fields['metadata'])) return helm;
  if (isKustomization(apiVersion, kind, fields))
    return { what: 'a kustomization, not what it renders', command: 'kubectl kustomize FOLDER' };
  if (apiVersion === undefined && kind === undefined && isCompose(fields['services']))
    return { what: 'a Compose file', command: 'kompose convert --stdout' };
  return undefined;
}

/**
 * What changes objects, and is none: a list of operations (RFC 6902), an object with a directive of kustomize's, or the
 * settings of one of its transformers.
 */
export const isPatch = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0 && value.every(isOperation)
    : isFields(value) && ('$patch' in value || value['apiVersion'] === 'builtin');

const isOperation = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  'op' in value &&
  'path' in value &&
  String(value.path).startsWith('/');

/** A kustomization may leave out what it is. */
const isKustomization = (apiVersion: unknown, kind: unknown, fields: Record<string, unknown>): boolean =>
  String(apiVersion).startsWith('kustomize.config.k8s.io/') ||
  (apiVersion === undefined &&
    kind === undefined &&
    kustomizeFields.some((field) => Array.isArray(fields[field])));

const kustomizeFields = ['resources', 'bases', 'patches', 'patchesStrategicMerge', 'components'];

const isCompose = (services: unknown): boolean =>
  typeof services === 'object' &&
  services !== null &&
  Object.values(services).some(
    (service) =>
      typeof service === 'object' && service !== null && ('image' in service || 'build' in service),
  );
