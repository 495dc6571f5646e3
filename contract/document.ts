import { z } from 'zod';
import {
  addressPattern,
  apiVersion,
  ingressHostPattern,
  ingressHostProblem,
  labelPattern,
  labelProblem,
  objectNamePattern,
  objectNameProblem,
  secretKeyPattern,
  secretKeyProblem,
} from '../model/names.ts';
import { byteQuantityPattern, cpuQuantityPattern } from '../model/quantity.ts';
import { inCel, type ValidationRule } from '../model/validation-rules.ts';
import { httpUrl as urlForm } from '../model/variable.ts';

/** The ChatStack document: what a user writes. Every field has a default, every level refuses unknown keys. */

/** A name Kubernetes accepts; `pattern` is for editors, which know only the JSON schema. */
const named = (
  problemOf: (name: string) => string | undefined,
  maxLength: number,
  pattern: RegExp,
  rules: readonly ValidationRule[] = [],
) =>
  z
    .string()
    .superRefine((name, context) => {
      const problem = problemOf(name);
      if (problem)
        context.addIssue({ code: 'custom', message: `a name that Kubernetes accepts: "${name}" ${problem}` });
    })
    .meta({ minLength: 1, maxLength, pattern: pattern.source, ...inCel(rules) });
const label = named(labelProblem, 63, labelPattern);
const objectName = named(objectNameProblem, 253, objectNamePattern);
const byteQuantity = z.string().max(32).regex(byteQuantityPattern, 'a byte quantity like 512Mi or 10Gi');
const cpuQuantity = z.string().max(32).regex(cpuQuantityPattern, 'a CPU quantity like 250m or 1');
const hostName = z
  .string()
  .max(253)
  .regex(
    /^(?:[A-Za-z0-9](?:[-A-Za-z0-9.]*[A-Za-z0-9])?|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f:.]*[0-9A-Fa-f])$/,
    'a host name or IP address, without scheme, port or path',
  );
const portExpected = 'a port from 1 to 65535, without quotes';
const portNumber = z.int(portExpected).min(1, portExpected).max(65_535, portExpected);
const nodePortExpected = 'a node port from 30000 to 32767, without quotes';
const nodePort = z.int(nodePortExpected).min(30_000, nodePortExpected).max(32_767, nodePortExpected);

const httpUrl = z
  .string()
  .max(2_048)
  .regex(new RegExp(`^(?:${urlForm.pattern})$`), urlForm.expected);

const image = z.string().min(1).max(512);
const words = z.string().min(1).max(256);

const notAnAddress: ValidationRule = {
  rule: `!self.matches('${addressPattern.source}')`,
  message: 'an address; an Ingress goes by a name',
};

/** A map with keys of the user's choice. */
const ownKeys = (maxProperties: number, maxKeyLength: number, maxLength: number) =>
  z
    .record(z.string().max(maxKeyLength), z.string().max(maxLength))
    .refine((group) => Object.keys(group).length <= maxProperties, `at most ${maxProperties} keys`)
    .meta({
      maxProperties,
      ...inCel([
        {
          rule: `self.all(key, size(key) <= ${maxKeyLength})`,
          message: `a key has at most ${maxKeyLength} characters`,
        },
      ]),
    });
/** A label's key may have a prefix of 253 characters; all annotations together may have 256 KiB. */
const labels = ownKeys(256, 317, 63);
const annotations = ownKeys(256, 317, 262_144);

const secretRef = z.strictObject({
  name: objectName.describe('name of a Secret in the same namespace'),
  key: named(secretKeyProblem, 253, secretKeyPattern).describe('key in that Secret'),
});

const amounts = (what: string) =>
  z
    .strictObject({
      cpu: cpuQuantity.optional().describe(`processor time ${what}`),
      memory: byteQuantity.optional().describe(`memory ${what}`),
    })
    .optional();
const resources = z.strictObject({
  requests: amounts('kept free for it on the node'),
  limits: amounts('it may use at most; memory settings follow this limit'),
});

const hasBoth = (field: string): string =>
  `has(self.storage) && has(oldSelf.storage) && has(self.storage.${field}) && has(oldSelf.storage.${field})`;
/** What a volume claim cannot become. A field that is new or gone is judged when the stack is planned. */
const volumeRules: readonly ValidationRule[] = [
  {
    rule: `!(${hasBoth('size')}) || quantity(self.storage.size).compareTo(quantity(oldSelf.storage.size)) >= 0`,
    message: 'storage.size may grow, never shrink: a volume claim cannot',
  },
  {
    rule: `!(${hasBoth('storageClass')}) || self.storage.storageClass == oldSelf.storage.storageClass`,
    message: 'storage.storageClass is immutable: a volume claim keeps its class',
  },
];
const eitherExternal =
  'either external, or image, resources and storage: an external store is not run by this stack';

const store = (product: string) =>
  z
    .strictObject({
      image: image.optional().describe(`image to run instead of the official ${product} one`),
      resources: resources.optional().describe('requests and limits; memory settings follow the limit'),
      storage: z
        .strictObject({
          size: byteQuantity.optional().describe('size of its volume claim; may grow, never shrink'),
          storageClass: objectName
            .optional()
            .describe("class of its volume claim; absent: the cluster's default"),
        })
        .optional()
        .describe('size and class of its volume claim'),
      external: z
        .strictObject({
          host: hostName.describe('host name or IP address'),
          port: portNumber.optional().describe('port; absent: the usual one'),
          tls: z.boolean().default(false).describe('whether it speaks TLS'),
          secretRef: secretRef.optional().describe('where its password or key is'),
        })
        .optional()
        .describe(`a ${product} that already runs elsewhere; no workload is rendered`),
    })
    .refine((value) => !(value.external && (value.image ?? value.resources ?? value.storage)), {
      message: eitherExternal,
    })
    .meta(
      inCel([
        {
          rule: '!has(self.external) || !(has(self.image) || has(self.resources) || has(self.storage))',
          message: eitherExternal,
        },
        ...volumeRules,
      ]),
    );

const endpoint = z.strictObject({
  baseUrl: httpUrl.describe('OpenAI-compatible endpoint, ending in /v1'),
  model: words.optional().describe('model to ask for'),
  apiKey: secretRef.optional().describe('where its bearer token is'),
});

const noPort = 'no port where enabled is false';

/** The `kind` of the document. */
export const chatStackKindName = 'ChatStack';

const spec = z.strictObject({
  preset: z
    .enum(['dev', 'staging', 'production'])
    .default('dev')
    .describe('sizes, replicas and what is demanded'),
  createNamespace: z.boolean().default(true).describe('false for people who may not create one'),
  images: z
    .strictObject({
      registry: words.optional().describe('prefix for every image that is not overridden (air-gap)'),
      pullSecrets: z.array(objectName).max(32).default([]).describe('Secrets that hold registry credentials'),
    })
    .prefault({}),
  backend: z
    .strictObject({
      image: image.optional().describe('image to run instead of our own'),
      replicas: z.int().min(1).max(100).optional().describe('how many, where nothing scales them'),
      autoscaling: z
        .strictObject({
          enabled: z.boolean().describe('whether a HorizontalPodAutoscaler sets how many'),
          minReplicas: z.int().min(1).max(100).optional().describe("fewest; absent: the preset's, else 2"),
          maxReplicas: z.int().min(1).max(100).optional().describe("most; absent: the preset's, else 6"),
          cpuPercent: z.int().min(1).max(100).default(70).describe('share of the requested CPU to aim at'),
        })
        .optional()
        .describe('absent: as the preset says'),
      resources: resources.optional().describe('requests and limits; the heap follows the memory limit'),
      nodePort: z
        .strictObject({
          enabled: z.boolean().describe('whether each node opens a port for the chat'),
          port: nodePort.optional().describe('which; absent: the one kind-config.yaml maps'),
        })
        .refine(({ enabled, port }) => enabled || port === undefined, { message: noPort })
        .meta(inCel([{ rule: 'self.enabled || !has(self.port)', message: noPort }]))
        .optional()
        .describe('absent: in dev the stack called "demo" has the one kind-config.yaml maps'),
    })
    .prefault({}),
  redis: store('Redis').prefault({}),
  neo4j: store('Neo4j').prefault({}),
  qdrant: store('Qdrant').prefault({}),
  ingress: z
    .strictObject({
      host: named(ingressHostProblem, 253, ingressHostPattern, [notAnAddress]).describe(
        'host name of the chat',
      ),
      className: objectName.optional().describe("IngressClass; absent: the cluster's default"),
      tlsSecret: objectName.optional().describe('Secret with the certificate'),
      annotations: annotations.optional().describe('annotations its controller reads'),
    })
    .optional()
    .describe('how the world gets in'),
  auth: z
    .strictObject({
      mode: z.enum(['none', 'jwt']).optional().describe('default: none; production demands jwt'),
      jwksUrl: httpUrl.optional().describe('keys that verify tokens'),
      secretRef: secretRef
        .optional()
        .describe('shared secret that verifies tokens (HS256), 32 characters or more'),
      issuer: words.optional().describe('required `iss` of a token'),
      audience: words.optional().describe('required `aud` of a token'),
    })
    .prefault({}),
  llm: endpoint.optional().describe('absent: answers quote the memory itself'),
  embeddings: endpoint.optional().describe('absent: the models in the image'),
  secrets: z
    .strictObject({
      existingSecret: objectName.optional().describe("a Secret you keep, with every store's password"),
    })
    .prefault({}),
});

export const chatStackSchema = z.strictObject({
  apiVersion: z.literal(apiVersion).default(apiVersion).describe('version of this form'),
  kind: z.literal(chatStackKindName).default(chatStackKindName).describe('what this document is'),
  metadata: z
    .strictObject({
      name: label.default('demo').describe('prefix of every object'),
      namespace: label.default('chat').describe('namespace of every object'),
      labels: labels.optional().describe('yours; nothing reads them'),
      annotations: annotations.optional().describe('yours; nothing reads them'),
    })
    .prefault({}),
  spec: spec.prefault({}),
});

/** A whole document, defaults filled in. */
export type ChatStack = z.infer<typeof chatStackSchema>;
export type ChatStackSpec = ChatStack['spec'];
export type Preset = ChatStackSpec['preset'];
export const presetNames = spec.shape.preset.unwrap().options;
