import { repositoryOf } from '../../../model/image-repository.ts';
import type { Subject } from '../../../proof/checks/subject.ts';
import { programsIn } from '../../../proof/graph/shell.ts';
import type { Mutant } from './mutants.ts';
import {
  isAnsweredEitherWay,
  isDialledByNobody,
  isNamespaceOfOthers,
  isNotAmong,
  isNowhereElse,
  isOurs,
  isOutside,
  isWrittenOnce,
  ownsItsVolumes,
  wordBefore,
} from './reasons.ts';

/** A sort of mutant that no proof from the manifests alone can catch, and why; it covers those the reason holds for. */
export interface Excuse {
  readonly name: string;
  readonly reason: string;
  /** @param subject the mutated manifests, followed. */
  readonly covers: (mutant: Mutant, subject: Subject) => boolean;
}

const at = ({ path }: Mutant): string => path.join('.');

export const excuses: readonly Excuse[] = [
  {
    name: 'node-port',
    reason:
      'Which port of its nodes a cluster is dialled on is known outside only: to a load balancer, or to kind.',
    covers: (mutant) => at(mutant).endsWith('.nodePort') && isNowhereElse(mutant),
  },
  {
    name: 'load-balancer',
    reason:
      'Whether a cloud is asked for an address before a node port that is open anyway is its owner’s choice, written once.',
    covers: (mutant) =>
      mutant.object.startsWith('Service ') &&
      at(mutant) === 'spec.type' &&
      mutant.from === 'NodePort' &&
      mutant.to === 'LoadBalancer',
  },
  {
    name: 'answers-alike',
    reason:
      'The backend answers /healthz and /readyz on both of its ports, Qdrant being alive on several paths: either probe works.',
    covers: (mutant, subject) =>
      /Probe\.httpGet\.(port|path)$/.test(at(mutant)) && isAnsweredEitherWay(mutant, subject),
  },
  {
    name: 'flag-of-a-command',
    reason:
      'What a shell, cp and their like take for flags is theirs; -x, the letter added here, is one of them.',
    covers: ({ from, to }) =>
      typeof to === 'string' &&
      typeof from === 'string' &&
      ((/(^|\s)cp -\w*x\s/.test(to) && !/(^|\s)cp -\w*x\s/.test(from)) ||
        (/^-e?c$/.test(from) && to === `${from}x`)),
  },
  {
    name: 'program-of-an-image',
    reason:
      'Which programs an image holds besides its own, and what a shell builds in, no manifest says: any word may start one.',
    covers: ({ from, to }) =>
      typeof from === 'string' &&
      typeof to === 'string' &&
      /\s/.test(from) &&
      programsIn(to).some((word) => !programsIn(from).includes(word)),
  },
  {
    name: 'place-outside',
    reason:
      'A name outside the cluster, such as that of an identity provider or of a namespace, is written once: nothing else says which one is right.',
    covers: (mutant, subject) =>
      /\.(AUTH_JWKS_URL|LLM_BASE_URL|EMBEDDINGS_BASE_URL)$/.test(at(mutant))
        ? isWrittenOnce(mutant) && isOutside(mutant, subject)
        : at(mutant).includes('.namespaceSelector.matchLabels.') && isNamespaceOfOthers(mutant, subject),
  },
  {
    name: 'kept-elsewhere',
    reason:
      'The class and the certificate of an Ingress are objects of another owner, not among the manifests.',
    covers: (mutant) =>
      (at(mutant).endsWith('ingressClassName') && isNotAmong(mutant, 'IngressClass')) ||
      (/tls\.\d+\.secretName$/.test(at(mutant)) && isNotAmong(mutant, 'Secret')),
  },
  {
    name: 'called-from-outside',
    reason:
      'The number of a port that nothing in the manifests dials is known to its callers only, such as a monitoring system.',
    covers: (mutant, subject) =>
      mutant.object.startsWith('Service ') &&
      /^spec\.ports\.\d+\.port$/.test(at(mutant)) &&
      isDialledByNobody(mutant, subject),
  },
  {
    name: 'what-a-namespace-asks-for',
    reason:
      'A weaker Pod Security level is legal, and its owner may want it; ours says three times what it wants, and is held to it.',
    covers: (mutant, subject) =>
      mutant.object.startsWith('Namespace ') &&
      String(mutant.path.at(-1)).startsWith('pod-security.') &&
      !isOurs(mutant, subject),
  },
  {
    name: 'what-no-level-asks-for',
    reason:
      'No level of Pod Security asks a pod of others for a read-only root, or to do without a token and service links.',
    covers: (mutant, subject) =>
      /\.(readOnlyRootFilesystem|automountServiceAccountToken|enableServiceLinks)$/.test(`.${at(mutant)}`) &&
      !isOurs(mutant, subject),
  },
  {
    name: 'choice-of-a-store',
    reason:
      'How much memory Redis takes below its limit, and whether it keeps a log beside its snapshots, is a choice written once.',
    covers: (mutant) =>
      (wordBefore(mutant) === '--maxmemory' && /^\d+mb$/.test(String(mutant.to))) ||
      (wordBefore(mutant) === '--appendonly' && mutant.to === 'no'),
  },
  {
    name: 'data-chosen-once',
    reason:
      'Which logical database or collection holds the data is written once: the store has every one of them, or makes it at its first use.',
    covers: (mutant) => /\.(REDIS_DB|QDRANT_COLLECTION)$/.test(at(mutant)) && isWrittenOnce(mutant),
  },
  {
    name: 'version-of-an-image',
    reason:
      'Which version of an image is run is said nowhere else; two of one image in a pod are held against each other.',
    covers: (mutant) =>
      at(mutant).endsWith('.image') &&
      repositoryOf(String(mutant.from)) === repositoryOf(String(mutant.to)) &&
      isNowhereElse(mutant),
  },
  {
    name: 'user-of-another-team',
    reason:
      'Which number a pod that is not ours runs as is written once: its image serves any user, and fsGroup makes the volumes its own.',
    covers: (mutant, subject) =>
      /securityContext\.(runAsUser|fsGroup)$/.test(at(mutant)) && ownsItsVolumes(mutant, subject),
  },
];
