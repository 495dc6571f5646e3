import { z } from 'zod';

/**
 * What every pod of a stack must be, checked on the rendered objects. Stricter than Pod Security `restricted`: a
 * token, service links or a writable root are taken by the API server, not by us.
 */

const container = z.looseObject({
  name: z.string(),
  securityContext: z
    .looseObject({
      allowPrivilegeEscalation: z.boolean().optional(),
      readOnlyRootFilesystem: z.boolean().optional(),
      privileged: z.boolean().optional(),
      capabilities: z
        .looseObject({ add: z.array(z.string()).default([]), drop: z.array(z.string()).default([]) })
        .optional(),
    })
    .default({}),
  resources: z
    .looseObject({
      limits: z.record(z.string(), z.unknown()).default({}),
      requests: z.record(z.string(), z.unknown()).default({}),
    })
    .prefault({}),
});

const podSpec = z.looseObject({
  automountServiceAccountToken: z.boolean().optional(),
  enableServiceLinks: z.boolean().optional(),
  serviceAccountName: z.string().optional(),
  hostNetwork: z.boolean().optional(),
  hostPID: z.boolean().optional(),
  hostIPC: z.boolean().optional(),
  securityContext: z
    .looseObject({
      runAsNonRoot: z.boolean().optional(),
      runAsUser: z.int().optional(),
      runAsGroup: z.int().optional(),
      fsGroup: z.int().optional(),
      fsGroupChangePolicy: z.string().optional(),
      seccompProfile: z.looseObject({ type: z.string() }).optional(),
    })
    .default({}),
  containers: z.array(container),
  initContainers: z.array(container).default([]),
});

const workload = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({ template: z.looseObject({ spec: podSpec }) }),
});

type Check<T> = readonly [field: string, holds: (of: T) => boolean, expected: string];

const podChecks: readonly Check<z.infer<typeof podSpec>>[] = [
  ['automountServiceAccountToken', (pod) => pod.automountServiceAccountToken === false, 'false'],
  ['enableServiceLinks', (pod) => pod.enableServiceLinks === false, 'false'],
  ['serviceAccountName', (pod) => pod.serviceAccountName !== undefined, 'an account of its own'],
  ['hostNetwork', (pod) => !pod.hostNetwork, 'nothing'],
  ['hostPID', (pod) => !pod.hostPID, 'nothing'],
  ['hostIPC', (pod) => !pod.hostIPC, 'nothing'],
  ['securityContext.runAsNonRoot', (pod) => pod.securityContext.runAsNonRoot === true, 'true'],
  ['securityContext.runAsUser', (pod) => (pod.securityContext.runAsUser ?? 0) > 0, 'a number above 0'],
  ['securityContext.runAsGroup', (pod) => (pod.securityContext.runAsGroup ?? 0) > 0, 'a number above 0'],
  ['securityContext.fsGroup', (pod) => (pod.securityContext.fsGroup ?? 0) > 0, 'a number above 0'],
  [
    'securityContext.fsGroupChangePolicy',
    (pod) => pod.securityContext.fsGroupChangePolicy === 'OnRootMismatch',
    'OnRootMismatch',
  ],
  [
    'securityContext.seccompProfile',
    (pod) => pod.securityContext.seccompProfile?.type === 'RuntimeDefault',
    'RuntimeDefault',
  ],
];

const containerChecks: readonly Check<z.infer<typeof container>>[] = [
  [
    'securityContext.allowPrivilegeEscalation',
    ({ securityContext }) => securityContext.allowPrivilegeEscalation === false,
    'false',
  ],
  [
    'securityContext.readOnlyRootFilesystem',
    ({ securityContext }) => securityContext.readOnlyRootFilesystem === true,
    'true',
  ],
  ['securityContext.privileged', ({ securityContext }) => !securityContext.privileged, 'nothing'],
  [
    'securityContext.capabilities.drop',
    ({ securityContext }) => securityContext.capabilities?.drop.join() === 'ALL',
    'ALL',
  ],
  [
    'securityContext.capabilities.add',
    ({ securityContext }) => !securityContext.capabilities?.add.length,
    'nothing',
  ],
  ['resources.limits.memory', ({ resources }) => 'memory' in resources.limits, 'a limit'],
  ['resources.requests.memory', ({ resources }) => 'memory' in resources.requests, 'a request'],
  ['resources.requests.cpu', ({ resources }) => 'cpu' in resources.requests, 'a request'],
];

/**
 * Where a workload's pods fall short of the hardening, in words that name the field; empty for any other object.
 * @throws ZodError when a workload has no pod template.
 */
export function hardeningProblems(object: object): string[] {
  if (!('kind' in object) || !['Deployment', 'StatefulSet'].includes(String(object.kind))) return [];
  const { kind, metadata, spec } = workload.parse(object);
  const pod = spec.template.spec;
  const where = `${kind} ${metadata.name}`;
  return [
    ...failed(podChecks, pod).map((problem) => `${where}: ${problem}`),
    ...[...pod.initContainers, ...pod.containers].flatMap((one) =>
      failed(containerChecks, one).map((problem) => `${where}, container ${one.name}: ${problem}`),
    ),
  ];
}

const failed = <T>(checks: readonly Check<T>[], of: T): string[] =>
  checks.filter(([, holds]) => !holds(of)).map(([field, , expected]) => `${field} must be ${expected}`);
