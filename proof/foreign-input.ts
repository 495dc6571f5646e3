import { isMap, visit, type Document } from 'yaml';

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

/** A text that is no YAML, since a template's actions stand in it. */
export const templateIn = (text: string): ForeignInput | undefined =>
  /\{\{-?\s*[\w.$("/*]/.test(text) ? helm : undefined;

/** A document that is no Kubernetes object; `undefined` where it may be one. */
export function foreignInputOf(document: Document, value: unknown): ForeignInput | undefined {
  if (hasAction(document)) return helm;
  if (typeof value !== 'object' || value === null) return undefined;
  const { apiVersion, kind, ...fields } = value as Record<string, unknown>;
  if (isKustomization(apiVersion, kind, fields))
    return { what: 'a kustomization, not what it renders', command: 'kubectl kustomize FOLDER' };
  if (apiVersion === undefined && kind === undefined && isCompose(fields['services']))
    return { what: 'a Compose file', command: 'kompose convert --stdout' };
  return undefined;
}

/** `{{ .Values.name }}` without quotes is a map for YAML whose key is a map. */
function hasAction(document: Document): boolean {
  let found = false;
  visit(document, {
    Pair: (_, { key }) => {
      if (!isMap(key) || key.flow !== true) return undefined;
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

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
