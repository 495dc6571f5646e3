import type { Variable } from './variable.ts';

/**
 * The model of a stack, without knowledge of any product. A service has a name, ports, variables and edges to other
 * services; everything else (manifests, policies, env, host mappings, docs) is derived.
 */

/** Clients of a port that are no services of the stack. */
export const outsiders = ['world', 'operator', 'monitoring'] as const;
export type Outsider = (typeof outsiders)[number];

export interface Port {
  /** What the process listens on. */
  readonly containerPort: number;
  /** What peers dial at the Service. Default: `containerPort`. */
  readonly servicePort?: number;
  /** Where it is mapped on a developer's own machine (kind, docker). Default: not mapped. */
  readonly hostPort?: number;
  /** The node's port behind `hostPort`, 30000–32767. Needed where `hostPort` is. */
  readonly nodePort?: number;
  /** Outsiders that may connect, besides the services with an edge to this port. */
  readonly from?: readonly Outsider[];
  readonly doc: string;
}

/** A secret value. Without `ref` it is generated into the stack's own Secret. */
export interface SecretSource {
  readonly doc: string;
  /** A key of a Secret the user manages. */
  readonly ref?: SecretRef;
}

export interface SecretRef {
  readonly name: string;
  readonly key: string;
}

/** The variables of an edge's source that receive the target's host, port and secrets. */
export interface Binding {
  readonly host?: string;
  readonly port?: string;
  /** `true` or `false`: whether the target speaks TLS. */
  readonly tls?: string;
  /** The target's `user`. */
  readonly user?: string;
  /** The target's secret name → the variable that receives it. */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * The variable → its URL, with `{host}`, `{port}`, `{user}` and `{secret:NAME}` in the place of what the edge knows. A secret
   * is one of `secrets`; the variable is then `secret` and `refers`, since kubelet writes the value into it.
   */
  readonly urls?: Readonly<Record<string, string>>;
}

/**
 * How the target's absence shows in readiness. `hard`: always unready without it. `first`: needed once, afterwards
 * only degraded. `none`: never.
 */
export type Gate = 'hard' | 'first' | 'none';

export interface Edge {
  readonly to: string;
  readonly port: string;
  readonly gate: Gate;
  readonly binds: Binding;
  /** The own variable that names the user it logs in as; the edge does not set it. */
  readonly userVariable?: string;
}

/** A destination outside the cluster this service calls, such as a language model's endpoint. */
export interface ExternalEdge {
  readonly doc: string;
  readonly host: string;
  readonly port: number;
}

export type Probe = (
  | { readonly http: { readonly port: string; readonly path: string } }
  | { readonly exec: readonly string[] }
  | { readonly tcp: { readonly port: string } }
) & {
  readonly periodSeconds: number;
  readonly failureThreshold: number;
  readonly timeoutSeconds?: number;
};

/** Each is optional: without one, Kubernetes takes a container that runs for started, ready and alive. */
export interface Probes {
  readonly startup?: Probe;
  readonly readiness?: Probe;
  readonly liveness?: Probe;
}

/** Persistent: a claim of the StatefulSet. Scratch: an emptyDir, in memory where `medium` says so. */
export type Volume =
  | {
      readonly kind: 'persistent';
      readonly name: string;
      readonly path: string;
      readonly size: string;
      readonly storageClass?: string;
    }
  | {
      readonly kind: 'scratch';
      readonly name: string;
      readonly path: string;
      readonly sizeLimit: string;
      readonly medium?: 'Memory';
    };

export interface Resources {
  readonly requests: { readonly cpu: string; readonly memory: string };
  readonly limits: { readonly cpu?: string; readonly memory: string };
}

/** The memory limit below which a program exits at its start or is killed soon after, and why. */
export interface SmallestMemory {
  readonly memory: string;
  readonly because: string;
}

/** What a service runs besides its own container. */
export interface Step {
  readonly name: string;
  /** Default: the service's. */
  readonly image?: string;
  /** Absent: the image's own; a step in the service's image needs one. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  /** `service`: the environment of the service's container, secrets included. Default: none. */
  readonly environment?: 'service';
  /** Default: the service's. */
  readonly resources?: Resources;
}

/** A container with the volumes of its service. */
export interface Mounting {
  /** Where a volume is mounted for it when not at its own path: volume name → path. */
  readonly mounts?: Readonly<Record<string, string>>;
}

/** A container that has to end before the service's own starts, in each of its pods, with the same volumes. */
export interface InitStep extends Step, Mounting {}

/**
 * A container beside the service's own in each of its pods, for as long as they run; it starts before the init steps. It serves
 * its pod alone.
 */
export interface Sidecar extends Step, Mounting {
  readonly doc: string;
  readonly image: string;
  readonly resources: Resources;
  /** What its probes ask, by name; no Service leads there. */
  readonly ports?: Readonly<Record<string, number>>;
  /** The init steps and the service wait for `startup`; the pod is ready only where `readiness` is. */
  readonly probes?: Probes;
}

/**
 * A task that runs once, in a pod of its own, with the service's scratch volumes and files; again only when what it is
 * rendered from changes. With the service's environment it may dial what the service dials; without, nothing.
 */
export interface Job extends Step {
  readonly doc: string;
  /** How many pods may fail before it has failed. Default: 6. */
  readonly backoffLimit?: number;
  /** After so many seconds it has failed, however many pods did. Default: no limit. */
  readonly activeDeadlineSeconds?: number;
}

/** How the container is run. Absent on a service that runs elsewhere. */
export interface Container {
  readonly image: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly workingDir?: string;
  readonly user: { readonly uid: number; readonly gid: number };
  readonly resources: Resources;
  readonly smallestMemory?: SmallestMemory;
  readonly probes?: Probes;
  readonly volumes?: readonly Volume[];
  /** Absolute path → content; mounted read-only from the service's ConfigMap. */
  readonly files?: Readonly<Record<string, string>>;
  readonly init?: readonly InitStep[];
  readonly sidecars?: readonly Sidecar[];
}

/** A taint that pods may run in spite of, as Kubernetes has it. */
export interface Toleration {
  /** Absent: every taint. */
  readonly key?: string;
  /** Default: `Equal`. */
  readonly operator?: 'Equal' | 'Exists';
  readonly value?: string;
  /** Absent: every effect. */
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';
  readonly tolerationSeconds?: number;
}

/** Where a service serves the reports of `model/report.ts`, over plain HTTP. */
export interface Report {
  /** One of its own ports. */
  readonly port: string;
  readonly readyz: string;
  readonly config: string;
}

interface ServiceBase {
  readonly name: string;
  readonly doc: string;
  readonly ports: Readonly<Record<string, Port>>;
  /** Every variable the process reads, with its type. */
  readonly variables?: Readonly<Record<string, Variable>>;
  /** Values this stack chooses, by variable name. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  /** Own port name → the variable that receives its `containerPort`. */
  readonly ownPorts?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, SecretSource>>;
  /** Who its clients log in as. */
  readonly user?: string;
  /** The own variable that receives `user`. */
  readonly ownUser?: string;
  /** Own secret name → the variable that receives it. */
  readonly ownSecrets?: Readonly<Record<string, string>>;
  readonly edges?: readonly Edge[];
  /** Where it reports readiness and environment; absent: it does not, and the state of its gates is unknown. */
  readonly report?: Report;
  /** A command in its image that dials its dependencies and prints a `DialReport`; absent: only the service itself can. */
  readonly dial?: readonly string[];
  /** The name of its program among those its kind knows; absent: by its image. */
  readonly program?: string;
  readonly externals?: readonly ExternalEdge[];
}

interface WorkloadBase extends ServiceBase {
  readonly container: Container;
  readonly terminationGraceSeconds: number;
  readonly jobs?: readonly Job[];
  /** What a cloud reads on its ServiceAccount, such as the role of its pods. */
  readonly serviceAccountAnnotations?: Readonly<Record<string, string>>;
  /** Labels of the nodes that its pods, and those of its Jobs, may run on. */
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
}

/** Keeps volumes and a stable name; one replica unless it says otherwise. */
export interface StatefulService extends WorkloadBase {
  readonly kind: 'stateful';
  readonly replicas?: number;
}

/** Replaceable: a rolling Deployment. */
export interface StatelessService extends WorkloadBase {
  readonly kind: 'stateless';
  readonly replicas: number;
  readonly autoscaling?: {
    readonly minReplicas: number;
    readonly maxReplicas: number;
    readonly cpuPercent: number;
  };
  /** Ports also served by a second Service that publishes pods which are not ready. */
  readonly whileUnready?: readonly string[];
  readonly ingress?: Ingress;
}

/** Already runs outside the cluster: no workload is rendered, edges resolve to its address. */
export interface ExternalService extends ServiceBase {
  readonly kind: 'external';
  readonly host: string;
  readonly tls: boolean;
}

/** Runs on a developer's own machine only. */
export interface LocalService extends ServiceBase {
  readonly kind: 'local';
}

/** An Ingress: the longest matching path wins; `unready` paths lead to unready pods too. */
export interface Ingress {
  readonly host: string;
  readonly port: string;
  readonly readyPaths: readonly string[];
  readonly className?: string;
  readonly tlsSecret?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export type Service = StatefulService | StatelessService | ExternalService | LocalService;
export type Workload = StatefulService | StatelessService;

/** An operation of a JSON patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** What one rendered object is beyond what this model can say. */
export interface Patch {
  /** Its kind and name in the cluster: `Deployment`, `shop-web`. */
  readonly kind: string;
  readonly name: string;
  /** Why, for who reads the manifests. */
  readonly because: string;
  readonly operations: readonly PatchOperation[];
}

/** A service as it is written: one that listens nowhere may leave out its ports. */
export type ServiceDefinition = WithoutPorts<Service>;
type WithoutPorts<S> = S extends Service ? Omit<S, 'ports'> & Partial<Pick<S, 'ports'>> : never;

interface StackOf<S> {
  readonly name: string;
  readonly namespace: string;
  readonly services: readonly S[];
  /** Also render the Namespace. Default true. */
  readonly createNamespace?: boolean;
  /** A Secret the user manages that holds every key the stack would generate; none is rendered then. */
  readonly existingSecret?: string;
  readonly imagePullSecrets?: readonly string[];
  /** In this order, after everything is rendered. */
  readonly patches?: readonly Patch[];
}

export type StackDefinition = StackOf<ServiceDefinition>;

/** A definition with its defaults filled in, not checked yet. */
export type FilledStack = StackOf<Service>;

/** A definition without contradictions; only `defineStack` makes one. */
export type Stack = FilledStack & { readonly checked: true };

/** The kind of a service's workload. */
export const workloadKind = ({ kind }: Workload): 'StatefulSet' | 'Deployment' =>
  kind === 'stateful' ? 'StatefulSet' : 'Deployment';

/** Whether the cluster runs this service. */
export function isWorkload(service: Service): service is Workload {
  return service.kind === 'stateful' || service.kind === 'stateless';
}

/** The services of a stack that report their readiness. */
export const reportingServices = ({ services }: Pick<FilledStack, 'services'>): Workload[] =>
  services.filter(isWorkload).filter(({ report }) => report !== undefined);

/** What peers dial: the Service's port in the cluster, the port itself elsewhere. */
export function dialledPort(port: Port): number {
  return port.servicePort ?? port.containerPort;
}
