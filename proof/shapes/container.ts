import { z } from 'zod';
import {
  count,
  labelName,
  objectName,
  portName,
  portNumber,
  portReference,
  protocol,
  quantity,
  quoted,
} from './common.ts';

/** The shape of a container, as far as the proofs read it. */

const keyReference = z.looseObject({
  name: objectName,
  key: z.string().min(1),
  optional: z.boolean().default(false),
});
export type KeyReference = z.infer<typeof keyReference>;

const environmentName = z.string().regex(/^[^=\s]+$/, 'a name of an environment variable');

const envVariable = z.looseObject({
  name: environmentName,
  value: quoted.nullish(),
  valueFrom: z
    .looseObject({
      secretKeyRef: keyReference.optional(),
      configMapKeyRef: keyReference.optional(),
      fieldRef: z.looseObject({ fieldPath: z.string() }).optional(),
      resourceFieldRef: z.looseObject({ resource: z.string() }).optional(),
    })
    .nullish(),
});

const reference = z.looseObject({ name: objectName, optional: z.boolean().default(false) });

const envSource = z.looseObject({
  prefix: z.string().default(''),
  configMapRef: reference.optional(),
  secretRef: reference.optional(),
});

const containerPort = z.looseObject({
  name: portName.optional(),
  containerPort: portNumber,
  hostPort: portNumber.optional(),
  protocol: protocol.default('TCP'),
});

const timings = {
  initialDelaySeconds: count.optional(),
  periodSeconds: count.optional(),
  timeoutSeconds: count.optional(),
  successThreshold: count.optional(),
  failureThreshold: count.optional(),
};

const httpGet = z.looseObject({
  path: z.string().default('/'),
  port: portReference,
  scheme: z.enum(['HTTP', 'HTTPS']).default('HTTP'),
});
const action = {
  httpGet: httpGet.optional(),
  tcpSocket: z.looseObject({ port: portReference }).optional(),
  grpc: z.looseObject({ port: portNumber }).optional(),
  exec: z.looseObject({ command: z.array(quoted) }).optional(),
};

const probe = z
  .looseObject({ ...action, ...timings })
  .refine(
    (asked) => asked.httpGet ?? asked.tcpSocket ?? asked.grpc ?? asked.exec,
    'one of httpGet, tcpSocket, grpc or exec',
  );
export type Probe = z.infer<typeof probe>;

const securityContext = z.looseObject({
  allowPrivilegeEscalation: z.boolean().optional(),
  readOnlyRootFilesystem: z.boolean().optional(),
  privileged: z.boolean().optional(),
  runAsNonRoot: z.boolean().optional(),
  runAsUser: count.optional(),
  runAsGroup: count.optional(),
  seccompProfile: z.looseObject({ type: z.enum(['RuntimeDefault', 'Unconfined', 'Localhost']) }).optional(),
  capabilities: z
    .looseObject({
      add: z
        .array(z.string())
        .nullish()
        .transform((list) => list ?? []),
      drop: z
        .array(z.string())
        .nullish()
        .transform((list) => list ?? []),
    })
    .optional(),
});
export type SecurityContext = z.infer<typeof securityContext>;

export const amounts = z
  .record(z.string(), quantity)
  .nullish()
  .transform((found) => found ?? {});

const mount = z.looseObject({
  name: labelName,
  mountPath: z.string().regex(/^(\/[^:]*|[A-Za-z]:[\\/].*)$/, 'an absolute path'),
  subPath: z.string().optional(),
  readOnly: z.boolean().default(false),
});

/** A list that may be left out. */
export const list = <T extends z.ZodType>(
  item: T,
): z.ZodPipe<
  z.ZodOptional<z.ZodNullable<z.ZodArray<T>>>,
  z.ZodTransform<z.output<T>[], z.output<T>[] | null | undefined>
> =>
  z
    .array(item)
    .nullish()
    .transform((found) => found ?? []);

export const container = z.looseObject({
  name: labelName,
  image: z
    .string()
    .regex(/^(?!.*(::|:$|@$))\S+$/, 'an image without spaces, and with one tag at most')
    .refine(
      (image) => !/[A-Z]/.test(image.replace(/[:@][^/]*$/, '').replace(/^[^/]*[.:][^/]*\//, '')),
      'an image whose name is in lower case',
    )
    .optional(),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  command: list(quoted),
  args: list(quoted),
  workingDir: z.string().optional(),
  ports: list(containerPort),
  env: list(envVariable),
  envFrom: list(envSource),
  volumeMounts: list(mount),
  volumeDevices: list(z.looseObject({ name: labelName })),
  startupProbe: probe.optional(),
  readinessProbe: probe.optional(),
  livenessProbe: probe.optional(),
  securityContext: securityContext.nullish().transform((found) => found ?? {}),
  resources: z
    .looseObject({ limits: amounts, requests: amounts })
    .nullish()
    .transform((found) => found ?? { limits: {}, requests: {} }),
});
export type ContainerSpec = z.infer<typeof container>;
