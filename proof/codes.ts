/**
 * How certain a finding is. `error`: this cannot work, and the manifests alone show it. `warning`: it works, and is
 * probably not meant. `unknown`: it depends on what is not among the manifests.
 */
export type Severity = 'error' | 'warning' | 'unknown';

/** What findings are about, and how docs/reference/findings.md heads them. */
export const findingGroups = {
  connections: 'Connections',
  names: 'Names and selectors',
  env: 'Environment',
  secrets: 'Secrets',
  policies: 'Policies',
  storage: 'Storage and files',
  probes: 'Probes, starting and stopping',
  resources: 'Replicas, resources and nodes',
  hardening: 'Hardening',
  schema: 'Kubernetes’ schema and images',
  ours: 'Our own objects',
} as const;

export interface FindingCodeFacts {
  readonly group: keyof typeof findingGroups;
  /** Unless a finding says that it is less certain. */
  readonly severity: Severity;
  readonly meaning: string;
}

/** Every finding code, for docs/reference/findings.md and for readers of `-o json`. */
export const findingCodes = {
  ACCOUNT_UNUSED: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A workload runs as another account than the one made for it.',
  },
  API_DEPRECATED: {
    group: 'schema',
    severity: 'warning',
    meaning: 'A version of a kind is deprecated: a later release of Kubernetes does not serve it.',
  },
  API_REMOVED: {
    group: 'schema',
    severity: 'error',
    meaning: 'A version of a kind is no longer served.',
  },
  AUTOSCALER_BLIND: {
    group: 'resources',
    severity: 'warning',
    meaning: 'An autoscaler scales by a share of what is requested, and a container requests nothing.',
  },
  BAD_SETTING: {
    group: 'env',
    severity: 'error',
    meaning: 'A program would refuse a setting, or two of its settings contradict each other.',
  },
  BUDGET_BLOCKS: {
    group: 'resources',
    severity: 'warning',
    meaning: 'A disruption budget lets no pod go: no node can be drained.',
  },
  CHECK_FAILED: {
    group: 'ours',
    severity: 'unknown',
    meaning:
      'A check of verify failed on these manifests: what it looks for is not known. A fault of Mooring.',
  },
  CLAIM_READ_ONLY: {
    group: 'storage',
    severity: 'error',
    meaning: 'A volume claim of a StatefulSet may only be read.',
  },
  CLIENT_UNKNOWN: {
    group: 'secrets',
    severity: 'error',
    meaning: 'A client asks for a user or database its server does not have.',
  },
  COMMAND: {
    group: 'probes',
    severity: 'error',
    meaning: 'A command starts something that is not there, or its script cannot do what it says.',
  },
  CONNECTION_BLOCKED: {
    group: 'policies',
    severity: 'error',
    meaning: 'Network policies refuse a connection that an environment, a Service or an Ingress wants.',
  },
  CONTAINER_PORT: {
    group: 'connections',
    severity: 'error',
    meaning:
      'A container declares a port, or is led to one, where its process does not listen as it is configured.',
  },
  DNS_BLOCKED: {
    group: 'policies',
    severity: 'error',
    meaning: 'A pod dials by name, and policies do not let it ask for names.',
  },
  DUPLICATE_OBJECT: {
    group: 'names',
    severity: 'error',
    meaning: 'Two objects have one kind, namespace and name.',
  },
  ENV_INVALID: {
    group: 'env',
    severity: 'error',
    meaning: 'A variable does not parse by the schema of the program that reads it.',
  },
  ENV_OF_ANOTHER: {
    group: 'env',
    severity: 'warning',
    meaning: 'A variable of one program is set for another.',
  },
  ENV_REFERENCE: {
    group: 'env',
    severity: 'error',
    meaning: 'A value refers to $(NAME), which is not set before it.',
  },
  ENV_TWICE: { group: 'env', severity: 'warning', meaning: 'A container sets one variable twice.' },
  ENV_UNKNOWN: {
    group: 'env',
    severity: 'warning',
    meaning: 'A variable is set that nothing reads, a slip away from one that is read.',
  },
  FIELD_UNKNOWN: {
    group: 'schema',
    severity: 'error',
    meaning: 'A field is misspelt, or stands where Kubernetes has none of that name.',
  },
  FILE_MISSING: {
    group: 'storage',
    severity: 'error',
    meaning: 'A command names a file that no volume holds.',
  },
  GRACE: {
    group: 'probes',
    severity: 'warning',
    meaning: 'A pod is killed before its program can have stopped.',
  },
  HARDENING: {
    group: 'hardening',
    severity: 'error',
    meaning: 'A pod or account is weaker than it, or its Namespace, promises.',
  },
  HEADLESS_PORT: {
    group: 'connections',
    severity: 'error',
    meaning: 'A headless Service, which translates no port, is dialled on one its pods do not listen on.',
  },
  HOST_IS_ITSELF: {
    group: 'names',
    severity: 'error',
    meaning: 'A host is, or defaults to, the pod itself, where nothing listens.',
  },
  HOST_UNKNOWN: {
    group: 'names',
    severity: 'error',
    meaning: 'A host or route names a Service that is not there.',
  },
  IMAGE_NAME: {
    group: 'schema',
    severity: 'warning',
    meaning: 'The name of an image is a letter or two off a well-known one.',
  },
  IMAGE_TAGS: {
    group: 'schema',
    severity: 'warning',
    meaning: 'Two containers of one pod run one image in different versions.',
  },
  INVALID_FIELD: {
    group: 'schema',
    severity: 'error',
    meaning: 'A field has a value Kubernetes would refuse.',
  },
  KEY_MISSING: {
    group: 'secrets',
    severity: 'error',
    meaning: 'A key is taken from a ConfigMap or Secret that does not have it.',
  },
  IGNORE: {
    group: 'ours',
    severity: 'warning',
    meaning:
      'An annotation mooring.dev/ignore names a finding that is not there, or is no code, or gives no reason.',
  },
  LABELS: { group: 'ours', severity: 'error', meaning: 'Labels of the objects of one stack disagree.' },
  LIVE_UNREAD: {
    group: 'ours',
    severity: 'unknown',
    meaning:
      'With `--live`: the account may not read the objects of a kind, so what depends on them is not known.',
  },
  MEMORY: {
    group: 'resources',
    severity: 'warning',
    meaning: 'A program is told to take more memory than its limit allows.',
  },
  METADATA_OPEN: {
    group: 'policies',
    severity: 'warning',
    meaning: "A rule for all addresses includes the one where clouds hand out a node's credentials.",
  },
  MOUNT_ELSEWHERE: {
    group: 'storage',
    severity: 'warning',
    meaning: 'An init step mounts a volume at a path that nothing else uses.',
  },
  MOUNT_TWICE: {
    group: 'storage',
    severity: 'error',
    meaning: 'Two volumes have one name, or are mounted at one path.',
  },
  MOUNT_WITHOUT_VOLUME: {
    group: 'storage',
    severity: 'error',
    meaning: 'A container mounts a volume the pod does not have.',
  },
  NAME: {
    group: 'ours',
    severity: 'error',
    meaning: 'The name of an object of ours is not what its labels say.',
  },
  NAMESPACE_UNUSED: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A Namespace is made, and every object goes elsewhere.',
  },
  NODE_PORT: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A Service of ours opens a node port without saying which.',
  },
  NO_PODS: {
    group: 'names',
    severity: 'warning',
    meaning: 'A Service leads to a workload that runs no pod.',
  },
  OBJECT_MISSING: {
    group: 'names',
    severity: 'error',
    meaning: 'A ConfigMap, Secret, account, Service or workload is referred to and not there.',
  },
  PATH_NOT_WRITABLE: {
    group: 'storage',
    severity: 'error',
    meaning: 'A program writes to a path that is read-only, or that does not last.',
  },
  POD_SECURITY: {
    group: 'hardening',
    severity: 'error',
    meaning:
      "A Namespace's Pod Security labels say something Pod Security does not know, or not all the same.",
  },
  POLICY_BLOCK: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy names an address block that is probably a mistake.',
  },
  POLICY_PORT: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy is about a port or protocol that the pods it selects do not have.',
  },
  POLICY_ROLE: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy lets in namespaces of a role that does not exist.',
  },
  POLICY_TWICE: { group: 'policies', severity: 'warning', meaning: 'Two policies say the same.' },
  POLICY_TYPES: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy has rules that its policyTypes switch off, or names a type twice.',
  },
  PORT_LOOKS_WRONG: {
    group: 'connections',
    severity: 'warning',
    meaning: 'A Service offers a port that nothing dials and that looks like a typo.',
  },
  PORT_NAME_CROSSED: {
    group: 'connections',
    severity: 'warning',
    meaning: 'A port of a Service leads to another port of the pods than the one of its name.',
  },
  PORT_NOT_SERVED: {
    group: 'connections',
    severity: 'error',
    meaning: 'A client or a route dials a port that the Service does not serve.',
  },
  PORT_OPEN: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy opens a port for operators to all clients.',
  },
  PORT_TWICE: {
    group: 'connections',
    severity: 'error',
    meaning: 'A port, or the name of one, is there twice.',
  },
  PROBE_DEPENDS: {
    group: 'probes',
    severity: 'warning',
    meaning:
      'A liveness or start-up probe fails when a dependency is away: pods that are well are restarted.',
  },
  PROBE_PATH: {
    group: 'probes',
    severity: 'error',
    meaning: 'A probe asks a path the program does not answer.',
  },
  PROBE_PORT: {
    group: 'probes',
    severity: 'error',
    meaning: 'A probe asks a port the container does not have.',
  },
  PROGRAM_SAID: {
    group: 'ours',
    severity: 'warning',
    meaning: 'The annotation mooring.dev/program names no known program, or another than the image is of.',
  },
  PROTOCOL_MISMATCH: {
    group: 'connections',
    severity: 'error',
    meaning: 'Two ends of a port speak different protocols.',
  },
  QUANTITY: {
    group: 'resources',
    severity: 'error',
    meaning: 'A quantity is more than its limit, or one that only a wrong unit makes.',
  },
  REPLICAS_APART: {
    group: 'resources',
    severity: 'warning',
    meaning: 'Several replicas of a store that know nothing of each other stand behind one name.',
  },
  REPLICAS_CONFLICT: {
    group: 'resources',
    severity: 'warning',
    meaning: 'An autoscaler and a workload, or its own bounds, disagree about replicas.',
  },
  ROUTE: {
    group: 'connections',
    severity: 'error',
    meaning: 'An Ingress leads a path that the stack serves nowhere, or to pods that cannot answer it.',
  },
  ROUTE_NOT_GRANTED: {
    group: 'connections',
    severity: 'error',
    meaning: 'A route of the Gateway API leads into a namespace that has no ReferenceGrant for it.',
  },
  SECRET_MISMATCH: {
    group: 'secrets',
    severity: 'error',
    meaning: 'A client shows another secret than its server asks for.',
  },
  SECRET_MUTABLE: {
    group: 'ours',
    severity: 'warning',
    meaning: 'The Secret of a stack of ours is not immutable.',
  },
  SECRET_NEWLINE: {
    group: 'secrets',
    severity: 'warning',
    meaning: 'The value of a Secret that a variable is taken from ends in a newline.',
  },
  SECRET_REUSED: {
    group: 'secrets',
    severity: 'warning',
    meaning: 'Two variables that are to hold different secrets hold one.',
  },
  SELECTORS_OVERLAP: {
    group: 'names',
    severity: 'error',
    meaning: "A workload selects another workload's pods.",
  },
  SELECTOR_MISSES_OWN_PODS: {
    group: 'names',
    severity: 'error',
    meaning: 'A workload does not select its own pods.',
  },
  SELECTOR_OF_ANOTHER: {
    group: 'ours',
    severity: 'error',
    meaning: 'An object says it is of one service and selects the pods of another.',
  },
  SELECTS_NOTHING: {
    group: 'names',
    severity: 'warning',
    meaning: 'A Service, policy, budget or spread selects no pod.',
  },
  SELECTS_SEVERAL: { group: 'names', severity: 'warning', meaning: 'A Service leads to different programs.' },
  SERVICE_LINK: {
    group: 'env',
    severity: 'error',
    meaning: 'Kubernetes itself would set a variable the program reads.',
  },
  TARGET_PORT_UNKNOWN: {
    group: 'connections',
    severity: 'error',
    meaning: 'A Service leads to a port its pods do not have.',
  },
  TLS_HOST: {
    group: 'connections',
    severity: 'warning',
    meaning: 'An Ingress has a certificate for a host none of its rules is for.',
  },
  TLS_MISMATCH: {
    group: 'connections',
    severity: 'error',
    meaning: 'One end speaks TLS, the other does not.',
  },
  UNKNOWN_KIND: {
    group: 'schema',
    severity: 'error',
    meaning: 'Kubernetes, or a CustomResourceDefinition here, has no such kind or version.',
  },
  UNKNOWN_TOPOLOGY: {
    group: 'resources',
    severity: 'warning',
    meaning: "Pods are spread over a label that Kubernetes' nodes do not have.",
  },
  UNREADY_PODS: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A Service that is there for unready pods does not publish them.',
  },
  USER: {
    group: 'hardening',
    severity: 'warning',
    meaning: 'A pod has users and groups that do not belong together, or to its image.',
  },
  VOLUME_UNUSED: { group: 'storage', severity: 'warning', meaning: 'A volume that no container mounts.' },
  WRONG_PORT: {
    group: 'connections',
    severity: 'error',
    meaning: 'A client dials a port of its store that speaks something else.',
  },
  WRONG_PROGRAM: {
    group: 'connections',
    severity: 'error',
    meaning: 'A client dials another program than the one it means.',
  },
} as const satisfies Readonly<Record<string, FindingCodeFacts>>;

export type FindingCode = keyof typeof findingCodes;
