import type { Mutant } from './mutants.ts';

/** A sort of mutant that no proof from the manifests alone can catch, and why. */
export interface Excuse {
  readonly name: string;
  readonly reason: string;
  readonly covers: (mutant: Mutant) => boolean;
}

const at = ({ path }: Mutant): string => path.join('.');

export const excuses: readonly Excuse[] = [
  {
    name: 'node-port',
    reason:
      'Which port of its nodes a cluster is dialled on is known outside only: to a load balancer, or to kind.',
    covers: (mutant) => at(mutant).endsWith('.nodePort'),
  },
  {
    name: 'answers-alike',
    reason:
      'The backend answers /healthz and /readyz on both of its ports, Qdrant being alive on several paths: either probe works.',
    covers: (mutant) => /Probe\.httpGet\.(port|path)$/.test(at(mutant)),
  },
  {
    name: 'flag-of-a-command',
    reason: 'What cp and its like take for flags is theirs; -x, the letter added here, is one of them.',
    covers: ({ from, to }) =>
      typeof to === 'string' &&
      typeof from === 'string' &&
      /(^|\s)cp -\w*x\s/.test(to) &&
      !/(^|\s)cp -\w*x\s/.test(from),
  },
  {
    name: 'place-outside',
    reason:
      'A name outside the cluster, such as that of an identity provider or of a namespace, is written once: nothing else says which one is right.',
    covers: (mutant) =>
      /\.(AUTH_JWKS_URL|LLM_BASE_URL|EMBEDDINGS_BASE_URL)$/.test(at(mutant)) ||
      at(mutant).includes('.namespaceSelector.matchLabels.'),
  },
  {
    name: 'kept-elsewhere',
    reason:
      'The class and the certificate of an Ingress are objects of somebody else, not among the manifests.',
    covers: (mutant) => /(ingressClassName|tls\.\d+\.secretName)$/.test(at(mutant)),
  },
  {
    name: 'called-from-outside',
    reason:
      'The number of a port that nothing in the manifests dials is known to its callers only, such as a monitoring system.',
    covers: ({ object, path }) =>
      object.startsWith('Service ') && /^spec\.ports\.\d+\.port$/.test(path.join('.')),
  },
  {
    name: 'what-a-namespace-asks-for',
    reason:
      'A weaker Pod Security level is legal, and its owner may want it; ours says three times what it wants, and is held to it.',
    covers: ({ object, path }) =>
      object.startsWith('Namespace ') && String(path.at(-1)).startsWith('pod-security.'),
  },
  {
    name: 'choice-of-a-store',
    reason:
      'How much memory Redis takes below its limit, and whether it keeps a log beside its snapshots, is a choice written once.',
    covers: ({ path, from, to }) =>
      /args\.\d+$/.test(path.join('.')) && (/^\d+mb$/.test(String(to)) || (from === 'yes' && to === 'no')),
  },
];
