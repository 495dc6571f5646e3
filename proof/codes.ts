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
  /** What in the manifests alone shows it; of an unknown, what is not there. */
  readonly evidence: string;
  /** What to do, of a finding that no manifest gives. The manifest that gives another one is `examples/<code>.yaml`. */
  readonly fix?: string;
}

/** Every finding code, for docs/reference/findings.md and for readers of `-o json`. */
export const findingCodes = {
  ACCOUNT_UNUSED: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A workload runs as another account than the one made for it.',
    evidence: 'A ServiceAccount has the name of the workload, and no pod of the manifests names it.',
  },
  API_DEPRECATED: {
    group: 'schema',
    severity: 'warning',
    meaning: 'A version of a kind is deprecated: a later release of Kubernetes does not serve it.',
    evidence:
      "Kubernetes' own code, or the CustomResourceDefinition, marks the apiVersion that is written as deprecated.",
  },
  API_REMOVED: {
    group: 'schema',
    severity: 'error',
    meaning: 'A version of a kind is no longer served.',
    evidence:
      "The schema of the release that objects are held against has no such version, and Kubernetes' own code says since when.",
  },
  AUTOSCALER_BLIND: {
    group: 'resources',
    severity: 'warning',
    meaning: 'An autoscaler scales by a share of what is requested, and a container requests nothing.',
    evidence:
      'A metric is a share of a resource that a container of the workload neither requests nor limits.',
  },
  BAD_SETTING: {
    group: 'env',
    severity: 'error',
    meaning: 'A program would refuse a setting, or two of its settings contradict each other.',
    evidence:
      'The value is in the manifests, and the program is known by its image, our labels or its annotation.',
  },
  BUDGET_BLOCKS: {
    group: 'resources',
    severity: 'warning',
    meaning: 'A disruption budget lets no pod go: no node can be drained.',
    evidence: 'The budget keeps as many pods as its workloads or their autoscalers run at least.',
  },
  CHECK_FAILED: {
    group: 'ours',
    severity: 'unknown',
    meaning:
      'A check of verify failed on these manifests: what it looks for is not known. A fault of Mooring.',
    evidence: 'The check ended with an error of its own, so these manifests have not been judged by it.',
    fix: 'Report it to Mooring with the manifests; the other checks have gone on.',
  },
  CLAIM_READ_ONLY: {
    group: 'storage',
    severity: 'error',
    meaning: 'A volume claim of a StatefulSet may only be read.',
    evidence: 'ReadOnlyMany is its only access mode.',
  },
  CLIENT_UNKNOWN: {
    group: 'secrets',
    severity: 'error',
    meaning: 'A client asks for a user or database its server does not have.',
    evidence:
      'The name that the client sends and the one that the server is started with are both written, and differ.',
  },
  COMMAND: {
    group: 'probes',
    severity: 'error',
    meaning: 'A command starts something that is not there, or its script cannot do what it says.',
    evidence:
      'The command is written in the manifests; what its image holds is judged only where the image is known.',
  },
  CONNECTION_BLOCKED: {
    group: 'policies',
    severity: 'error',
    meaning: 'Network policies refuse a connection that an environment, a Service or an Ingress wants.',
    evidence:
      'A variable, Service or Ingress names the connection, and the policies that select either end have no rule for it.',
  },
  CONTAINER_PORT: {
    group: 'connections',
    severity: 'error',
    meaning:
      'A container declares a port, or is led to one, where its process does not listen as it is configured.',
    evidence:
      'The command, the variables or the files of the container say on which port or address its process listens.',
  },
  DNS_BLOCKED: {
    group: 'policies',
    severity: 'error',
    meaning: 'A pod dials by name, and policies do not let it ask for names.',
    evidence: "A variable of the pod holds a host's name, and its egress rules let it out to no name server.",
  },
  DUPLICATE_OBJECT: {
    group: 'names',
    severity: 'error',
    meaning: 'Two objects have one kind, namespace and name.',
    evidence: 'Both objects are among the manifests.',
  },
  ENV_INVALID: {
    group: 'env',
    severity: 'error',
    meaning: 'A variable does not parse by the schema of the program that reads it.',
    evidence:
      'The value is in the manifests, and is none that the program, or a port beside a host, can have.',
  },
  ENV_OF_ANOTHER: {
    group: 'env',
    severity: 'warning',
    meaning: 'A variable of one program is set for another.',
    evidence:
      'The program of the container is known and does not read the variable; another known program does.',
  },
  ENV_REFERENCE: {
    group: 'env',
    severity: 'error',
    meaning: 'A value refers to $(NAME), which is not set before it.',
    evidence:
      'No earlier variable of the container sets the name, or the value comes from a ConfigMap or Secret, where nothing is expanded.',
  },
  ENV_TWICE: {
    group: 'env',
    severity: 'warning',
    meaning: 'A container sets one variable twice.',
    evidence: 'The name stands twice in the list of one container.',
  },
  ENV_UNKNOWN: {
    group: 'env',
    severity: 'warning',
    meaning: 'A variable is set that nothing reads, a slip away from one that is read.',
    evidence:
      'The program of the container is known, does not read the variable, and reads one of nearly the same name that is not set.',
  },
  FIELD_UNKNOWN: {
    group: 'schema',
    severity: 'error',
    meaning: 'A field is misspelt, or stands where Kubernetes has none of that name.',
    evidence:
      'The OpenAPI schema of the API server, or of a CustomResourceDefinition here, has no such field there.',
  },
  FILE_MISSING: {
    group: 'storage',
    severity: 'error',
    meaning: 'A command names a file that no volume holds.',
    evidence: 'The path is below a mount of which every file is among the manifests, and is none of them.',
  },
  GRACE: {
    group: 'probes',
    severity: 'warning',
    meaning: 'A pod is killed before its program can have stopped.',
    evidence:
      'Its terminationGracePeriodSeconds is not more than what the program is told to take for its shutdown, or a preStop hook waits.',
  },
  HARDENING: {
    group: 'hardening',
    severity: 'error',
    meaning: 'A pod or account is weaker than it, or its Namespace, promises.',
    evidence:
      'A field of the pod or account is weaker than what its Namespace enforces or, of our own objects, than what is rendered.',
  },
  HEADLESS_PORT: {
    group: 'connections',
    severity: 'error',
    meaning: 'A headless Service, which translates no port, is dialled on one its pods do not listen on.',
    evidence: "The Service has clusterIP None, and its port and the pods' port differ.",
  },
  HOST_IS_ITSELF: {
    group: 'names',
    severity: 'error',
    meaning: 'A host is, or defaults to, the pod itself, where nothing listens.',
    evidence:
      'The host is a loopback address, and no container of the pod declares the port, is told it or is known for it.',
  },
  HOST_UNKNOWN: {
    group: 'names',
    severity: 'error',
    meaning: 'A host or route names a Service that is not there.',
    evidence: 'Other Services of the namespace are among the manifests, and none has the name.',
  },
  IMAGE_NAME: {
    group: 'schema',
    severity: 'warning',
    meaning: 'The name of an image is a letter or two off a well-known one.',
    evidence: 'The repository of the image differs in one or two letters from that of a known program.',
  },
  IMAGE_TAGS: {
    group: 'schema',
    severity: 'warning',
    meaning: 'Two containers of one pod run one image in different versions.',
    evidence: 'Two images of one pod differ in the tag only.',
  },
  INVALID_FIELD: {
    group: 'schema',
    severity: 'error',
    meaning: 'A field has a value the API server refuses, alone or beside the other fields of its object.',
    evidence: 'The OpenAPI schema of the API server, or its own validation, does not allow the value.',
  },
  KEY_MISSING: {
    group: 'secrets',
    severity: 'error',
    meaning: 'A key is taken from a ConfigMap or Secret that does not have it.',
    evidence: 'The ConfigMap or Secret is among the manifests, without the key.',
  },
  IGNORE: {
    group: 'ours',
    severity: 'warning',
    meaning:
      'An annotation mooring.dev/ignore names a finding that is not there, or is no code, or gives no reason.',
    evidence: 'The annotation is written, and no finding of its object has the code.',
  },
  LABELS: {
    group: 'ours',
    severity: 'error',
    meaning: 'Labels of the objects of one stack disagree.',
    evidence: 'The labels of the objects, or of an object and what it makes, are written and differ.',
  },
  LIVE_UNREAD: {
    group: 'ours',
    severity: 'unknown',
    meaning:
      'With `--live`: the account may not read the objects of a kind, so what depends on them is not known.',
    evidence: 'The API server refuses to list the kind, so its objects are not among what is read.',
    fix: 'Use an account that may read them, or leave it open.',
  },
  MEMORY: {
    group: 'resources',
    severity: 'warning',
    meaning: 'A program is told to take more memory than its limit allows.',
    evidence: 'The memory that the program is told to take and the limit of its container are both written.',
  },
  METADATA_OPEN: {
    group: 'policies',
    severity: 'warning',
    meaning: "A rule for all addresses includes the one where clouds hand out a node's credentials.",
    evidence: 'An egress rule for 0.0.0.0/0 leaves out other blocks, and not 169.254.169.254.',
  },
  MOUNT_ELSEWHERE: {
    group: 'storage',
    severity: 'warning',
    meaning: 'An init step mounts a volume at a path that nothing else uses.',
    evidence:
      'Other containers mount the volume at another path, and the command of the step does not name the one it has.',
  },
  MOUNT_TWICE: {
    group: 'storage',
    severity: 'error',
    meaning: 'Two volumes have one name, or are mounted at one path.',
    evidence: 'Both volumes or mounts are in one pod.',
  },
  MOUNT_WITHOUT_VOLUME: {
    group: 'storage',
    severity: 'error',
    meaning: 'A container mounts a volume the pod does not have.',
    evidence: 'The pod has no volume, and its StatefulSet no claim, of that name.',
  },
  NAME: {
    group: 'ours',
    severity: 'error',
    meaning: 'The name of an object of ours is not what its labels say.',
    evidence:
      'The labels of an object that Mooring rendered name a stack and a service, and its name is not made of them.',
  },
  NAMESPACE_UNUSED: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A Namespace is made, and every object goes elsewhere.',
    evidence:
      'No object is in the Namespace, and another one is in a namespace that is not among the manifests.',
  },
  NODE_PORT: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A Service of ours opens a node port without saying which.',
    evidence: 'The Service is of type NodePort or LoadBalancer, and a port of it has no nodePort.',
  },
  NO_PODS: {
    group: 'names',
    severity: 'warning',
    meaning: 'A Service leads to workloads that run no pod.',
    evidence:
      'Each has replicas 0 and nothing that scales it, and no other version of its image runs in the namespace.',
  },
  OBJECT_MISSING: {
    group: 'names',
    severity: 'error',
    meaning:
      'A ConfigMap, Secret, account, role, Service, workload, Gateway or subset is referred to and not there.',
    evidence:
      'No object has the name, while others of its kind and namespace, or what cannot do without it, are among the manifests.',
  },
  PATH_NOT_WRITABLE: {
    group: 'storage',
    severity: 'error',
    meaning: 'A program writes to a path that is read-only, or that does not last.',
    evidence: 'The program is known, and what it writes to is read-only or, beside a claim, on none.',
  },
  POD_SECURITY: {
    group: 'hardening',
    severity: 'error',
    meaning:
      "A Namespace's Pod Security labels say something Pod Security does not know, or not all the same.",
    evidence: 'The label has a value that Pod Security does not know, or stands where it does nothing.',
  },
  POLICY_BLOCK: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy names an address block that is probably a mistake.',
    evidence:
      'The address block is written twice, is larger than any network, or nearly that of the name server of a node.',
  },
  POLICY_PORT: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy is about a port or protocol that the pods it selects do not have.',
    evidence:
      'The pods that the rule is about are among the manifests and declare ports, and none is that one.',
  },
  POLICY_ROLE: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy lets in namespaces of a role that does not exist.',
    evidence: 'The selector has our label for roles, with a value that is no role.',
  },
  POLICY_TWICE: {
    group: 'policies',
    severity: 'warning',
    meaning: 'Two policies say the same.',
    evidence: 'Two policies have one spec, or one rule opens all that another opens to some.',
  },
  POLICY_TYPES: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy has rules that its policyTypes switch off, or names a type twice.',
    evidence:
      'Its policyTypes does not name the direction that the policy has rules for, or names one twice.',
  },
  PORT_LOOKS_WRONG: {
    group: 'connections',
    severity: 'warning',
    meaning: 'A Service offers a port that nothing dials and that looks like a typo.',
    evidence:
      "No client or route among the manifests dials the port, and it is a digit, or a known product, away from the pods' port.",
  },
  PORT_NAME_CROSSED: {
    group: 'connections',
    severity: 'warning',
    meaning: 'A port of a Service leads to another port of the pods than the one of its name.',
    evidence: 'The pods have a port of the same name, with another number.',
  },
  PORT_NOT_SERVED: {
    group: 'connections',
    severity: 'error',
    meaning: 'A client or a route dials a port that the Service does not serve.',
    evidence: 'The port that is dialled and all ports of the Service are written, and none is that one.',
  },
  PORT_OPEN: {
    group: 'policies',
    severity: 'warning',
    meaning: 'A policy opens a port for operators to all clients.',
    evidence: 'The rule names no peer, and the port of the known program is for some callers only.',
  },
  PORT_TWICE: {
    group: 'connections',
    severity: 'error',
    meaning: 'A port, or the name of one, is there twice.',
    evidence: 'Both are in one pod, Service or rule.',
  },
  PROBE_DEPENDS: {
    group: 'probes',
    severity: 'warning',
    meaning:
      'A liveness or start-up probe fails when a dependency is away: pods that are well are restarted.',
    evidence: 'The program is known, and answers the path of the probe by the state of its dependencies.',
  },
  PROBE_PATH: {
    group: 'probes',
    severity: 'error',
    meaning: 'A probe asks a path the program does not answer.',
    evidence: 'The program is known, and has no such path on that port.',
  },
  PROBE_PORT: {
    group: 'probes',
    severity: 'error',
    meaning: 'A probe asks a port the container does not have.',
    evidence:
      'The container declares ports, and none has the name or number, or its server is known and told another.',
  },
  PROBE_ZERO: {
    group: 'probes',
    severity: 'warning',
    meaning: 'A period, time or count of a probe is 0, in whose place Kubernetes sets its default.',
    evidence: 'The 0 is written, and the API server takes it as unset.',
  },
  PROGRAM_SAID: {
    group: 'ours',
    severity: 'warning',
    meaning: 'The annotation mooring.dev/program names no known program, or another than the image is of.',
    evidence:
      "The annotation is written, and no known program has the name, or the image is another program's.",
  },
  PROTOCOL_MISMATCH: {
    group: 'connections',
    severity: 'error',
    meaning: 'Two ends of a port speak different protocols.',
    evidence: 'The protocol, or the scheme, is written at one end and known or written at the other.',
  },
  QUANTITY: {
    group: 'resources',
    severity: 'error',
    meaning: 'A quantity is more than its limit, or one that only a wrong unit makes.',
    evidence: 'The amount, or both amounts, are written.',
  },
  REPLICAS_APART: {
    group: 'resources',
    severity: 'warning',
    meaning: 'Several replicas of a store that know nothing of each other stand behind one name.',
    evidence: 'The store is known, has more than one replica, and no setting joins them.',
  },
  REPLICAS_CONFLICT: {
    group: 'resources',
    severity: 'warning',
    meaning: 'A workload says how many replicas it has, and an autoscaler scales it.',
    evidence: 'Both numbers are written.',
  },
  ROUTE: {
    group: 'connections',
    severity: 'error',
    meaning: 'An Ingress leads a path that the stack serves nowhere, or to pods that cannot answer it.',
    evidence: 'The paths of the Ingress are written, and the program behind its Service is known.',
  },
  ROUTE_NOT_ATTACHED: {
    group: 'connections',
    severity: 'error',
    meaning: 'A route finds no listener of its Gateway, so that nothing is sent to it.',
    evidence:
      'The Gateway is among the manifests, and none of its listeners is for the name, port, kind, namespace and hosts of the route.',
  },
  ROUTE_NOT_GRANTED: {
    group: 'connections',
    severity: 'error',
    meaning: 'A route of the Gateway API leads into a namespace that has no ReferenceGrant for it.',
    evidence: "Grants of the Service's namespace are among the manifests, and none of them is for the route.",
  },
  SECRET_MISMATCH: {
    group: 'secrets',
    severity: 'error',
    meaning: 'A client shows another secret than its server asks for.',
    evidence: 'Both ends name the Secret and the key, or hold the value, and they differ; no value is shown.',
  },
  SECRET_MUTABLE: {
    group: 'ours',
    severity: 'warning',
    meaning: 'The Secret of a stack of ours is not immutable.',
    evidence: 'The labels say that Mooring rendered the Secret, and it has no immutable: true.',
  },
  SECRET_NEWLINE: {
    group: 'secrets',
    severity: 'warning',
    meaning: 'The value of a Secret that a variable is taken from ends in a newline.',
    evidence: 'The value is in the manifests, and a variable takes it as it is.',
  },
  SECRET_REUSED: {
    group: 'secrets',
    severity: 'warning',
    meaning: 'Two variables that are to hold different secrets hold one.',
    evidence: 'Two secret variables of a known program name the same key of the same Secret.',
  },
  SELECTORS_OVERLAP: {
    group: 'names',
    severity: 'error',
    meaning: "A workload selects another workload's pods.",
    evidence: "The selector of the workload matches the labels of the other one's pods.",
  },
  SELECTOR_MISSES_OWN_PODS: {
    group: 'names',
    severity: 'error',
    meaning: 'A workload does not select its own pods.',
    evidence: "The selector does not match the labels of the workload's own template.",
  },
  SELECTOR_OF_ANOTHER: {
    group: 'ours',
    severity: 'error',
    meaning: 'An object says it is of one service and selects the pods of another.',
    evidence:
      'The label of the object and the selector name different services, and pods of the first are here.',
  },
  SELECTS_NOTHING: {
    group: 'names',
    severity: 'warning',
    meaning: 'A Service, policy, budget or spread selects no pod.',
    evidence: 'Workloads of the namespace are among the manifests, and no pods of theirs have the labels.',
  },
  SELECTS_SEVERAL: {
    group: 'names',
    severity: 'warning',
    meaning: 'A Service leads to different programs.',
    evidence: 'The selector matches pods of different images, and names no single program.',
  },
  SERVICE_LINK: {
    group: 'env',
    severity: 'error',
    meaning: 'Kubernetes itself would set a variable the program reads.',
    evidence:
      "A Service of that name is in the pod's namespace, service links are on, and the variable is not set.",
  },
  TARGET_PORT_UNKNOWN: {
    group: 'connections',
    severity: 'error',
    meaning: 'A Service leads to a port its pods do not have.',
    evidence: 'The pods declare ports, and none has the name or number.',
  },
  TLS_HOST: {
    group: 'connections',
    severity: 'warning',
    meaning: 'An Ingress has a certificate for a host none of its rules is for.',
    evidence:
      'The hosts of the certificate and those of the rules are written, and one of the first is none of the second.',
  },
  TLS_MISMATCH: {
    group: 'connections',
    severity: 'error',
    meaning: 'One end speaks TLS, the other does not.',
    evidence: 'What one end is told to speak is written, and the program at the other end is known.',
  },
  UNKNOWN_KIND: {
    group: 'schema',
    severity: 'error',
    meaning: 'Kubernetes, or a CustomResourceDefinition here, has no such kind or version.',
    evidence:
      'The OpenAPI schema has the group, or a CustomResourceDefinition here defines it, without that kind or version.',
  },
  UNKNOWN_TOPOLOGY: {
    group: 'resources',
    severity: 'warning',
    meaning: "Pods are spread over a label that Kubernetes' nodes do not have.",
    evidence: 'The key is in the domain of Kubernetes, and is none of the labels that nodes have.',
  },
  UNREADY_PODS: {
    group: 'ours',
    severity: 'warning',
    meaning: 'A Service that is there for unready pods does not publish them.',
    evidence: 'The name of a Service that Mooring rendered says what it is for, and a field contradicts it.',
  },
  USER: {
    group: 'hardening',
    severity: 'warning',
    meaning: 'A pod has users and groups that do not belong together, or to its image.',
    evidence: 'The user is written, and belongs to no image or group of the pod.',
  },
  VOLUME_UNUSED: {
    group: 'storage',
    severity: 'warning',
    meaning: 'A volume that no container mounts.',
    evidence: 'The volume is in the pod, and no mount names it.',
  },
  WRONG_PORT: {
    group: 'connections',
    severity: 'error',
    meaning: 'A client dials a port of its store that speaks something else.',
    evidence: 'The program behind the port is known, and has another port for the client.',
  },
  WRONG_PROGRAM: {
    group: 'connections',
    severity: 'error',
    meaning: 'A client dials another program than the one it means.',
    evidence: 'The program behind the Service is known, and is another than the variable is for.',
  },
} as const satisfies Readonly<Record<string, FindingCodeFacts>>;

export type FindingCode = keyof typeof findingCodes;
