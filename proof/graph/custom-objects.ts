import { valueAt, type Doc } from '../source.ts';
import { groupOf } from '../schemas/kubernetes-types.ts';
import type { Selector } from '../shapes/common.ts';
import { selects, type Labels } from './selectors.ts';

/** A custom resource or the like, which is not read: an operator may make objects of it. */
export interface Custom {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly doc: Doc;
  /** Whether what is made of it may be called like it. */
  readonly makes: boolean;
  /** Whether pods and a Service of its very name may be made of it: it is no route, rule or watch of others'. */
  readonly isMaker: boolean;
  /** The labels of its templates of pods, as Argo's Rollout and OpenKruise's CloneSet have them. */
  readonly pods: readonly Labels[];
  /** Every map called `labels` in its spec, which may be a pod's. */
  readonly given: readonly Labels[];
  /** Every text in its spec. */
  readonly texts: ReadonlySet<string>;
  /** What it scales. */
  readonly scales: string | undefined;
}

/** Groups and kinds of which nothing is run: they lead to, watch, scale or deliver what is there. */
const aboutOthers =
  /^(traefik|networking\.istio|security\.istio|telemetry\.istio|cert-manager|keda|policy\.linkerd|linkerd|external-secrets|kyverno|cilium)\.|(Route|Monitor|Rule|Policy|Profile|Proxy|Probe|Secret|Certificate|Config|Binding|Budget|Kustomization|HelmRelease|Application)$/;

/** An object whose kind is not read, and that is not of Kubernetes. */
export function customOf(doc: Doc, namespace: string): Custom[] {
  const { value } = doc;
  const textAt = (...path: string[]): string | undefined => {
    const found = valueAt(value, path);
    return typeof found === 'string' ? found : undefined;
  };
  const apiVersion = textAt('apiVersion');
  const group = groupOf(apiVersion ?? '');
  if (apiVersion === undefined || /\.k8s\.io$/.test(group)) return [];
  const parts = partsIn(valueAt(value, ['spec']));
  return [
    {
      ...{ apiVersion, kind: textAt('kind') ?? '', namespace, name: textAt('metadata', 'name') ?? '' },
      doc,
      // Kubernetes' own kinds make nothing that is called like them.
      makes: group.includes('.'),
      isMaker: group.includes('.') && !aboutOthers.test(`${group}/${textAt('kind') ?? ''}`),
      pods: parts.flatMap((part) =>
        Array.isArray(valueAt(part, ['spec', 'containers']))
          ? [valueAt(part, ['metadata', 'labels']) ?? {}].filter(isLabels)
          : [],
      ),
      given: parts.map((part) => valueAt(part, ['labels'])).filter(isLabels),
      texts: new Set(parts.filter((part) => typeof part === 'string')),
      scales: textAt('spec', 'scaleTargetRef', 'name'),
    },
  ];
}

/** A value and everything in it. */
function partsIn(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [value];
  return [value, ...Object.values(value).flatMap(partsIn)];
}

const isLabels = (value: unknown): value is Labels =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((label) => typeof label === 'string');

/** What the custom resources of a set of manifests may make, and what they name. */
export class Customs {
  readonly all: readonly Custom[];
  readonly #byNamespace: ReadonlyMap<string, readonly Custom[]>;

  constructor(all: readonly Custom[]) {
    this.all = all;
    this.#byNamespace = Map.groupBy(all, ({ namespace }) => namespace);
  }

  /** Whether one has a template of pods that a selector selects. */
  readonly makesPods = (namespace: string, selector: Selector): boolean =>
    this.#has(namespace, ({ pods }) => pods.some((labels) => selects(selector, labels)));

  /** Whether one has labels that a selector selects, or is what a label is called after. */
  readonly mayMakePods = (namespace: string, selector: Selector): boolean =>
    this.#has(
      namespace,
      ({ given, name, isMaker }) =>
        given.some((labels) => selects(selector, labels)) ||
        (isMaker && Object.values(selector.matchLabels).includes(name)),
    );

  /** Whether one may make an object of a name: makers call what they make like themselves. */
  readonly mayMakeCalled = (namespace: string, name: string): boolean =>
    this.#has(
      namespace,
      (one) =>
        one.makes &&
        one.name !== '' &&
        (name.startsWith(`${one.name}-`) || (one.isMaker && name === one.name)),
    );

  /** Whether one says that it scales a workload of a name. */
  readonly scales = (namespace: string, name: string): boolean =>
    this.#has(namespace, ({ scales }) => scales === name);

  /** Whether a text of one is a name, as where it uses the object that is called so. */
  readonly uses = (namespace: string, name: string): boolean =>
    this.#has(namespace, ({ texts }) => texts.has(name));

  readonly includes = (wanted: Pick<Custom, 'apiVersion' | 'kind' | 'namespace' | 'name'>): boolean =>
    this.#has(
      wanted.namespace,
      ({ apiVersion, kind, name }) =>
        apiVersion === wanted.apiVersion && kind === wanted.kind && name === wanted.name,
    );

  #has(namespace: string, is: (one: Custom) => boolean): boolean {
    return this.#byNamespace.get(namespace)?.some(is) ?? false;
  }
}
