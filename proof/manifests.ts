import { z } from 'zod';

/**
 * The parts of rendered objects that the proofs read. What decides who may connect is read strictly: a field this
 * project does not know must stop the proof, not be passed over.
 */

const labels = z.record(z.string(), z.string());

export const selector = z.strictObject({ matchLabels: labels.optional() });
export type Selector = z.infer<typeof selector>;

const peer = z.strictObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr: z.string(), except: z.array(z.string()).default([]) }).optional(),
});
export type Peer = z.infer<typeof peer>;

const portRule = z.strictObject({
  port: z.union([z.int(), z.string()]).optional(),
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).default('TCP'),
});
export type PortRule = z.infer<typeof portRule>;

const metadata = z.looseObject({ name: z.string(), namespace: z.string(), labels: labels.default({}) });

const policy = z.object({
  metadata,
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
    ingress: z
      .array(z.strictObject({ from: z.array(peer).optional(), ports: z.array(portRule).optional() }))
      .default([]),
    egress: z
      .array(z.strictObject({ to: z.array(peer).optional(), ports: z.array(portRule).optional() }))
      .default([]),
  }),
});
export type Policy = z.infer<typeof policy>;

const service = z.object({
  metadata,
  spec: z.looseObject({
    selector: labels,
    ports: z.array(
      z.looseObject({
        name: z.string(),
        port: z.int(),
        targetPort: z.union([z.int(), z.string()]),
        nodePort: z.int().optional(),
      }),
    ),
  }),
});
export type ClusterService = z.infer<typeof service>;

const workload = z.object({
  metadata,
  spec: z.looseObject({
    template: z.looseObject({
      metadata: z.looseObject({ labels }),
      spec: z.looseObject({
        containers: z.array(
          z.looseObject({
            ports: z
              .array(
                z.looseObject({
                  name: z.string(),
                  containerPort: z.int(),
                  protocol: z.enum(['TCP', 'UDP', 'SCTP']),
                }),
              )
              .default([]),
          }),
        ),
      }),
    }),
  }),
});
export type ClusterWorkload = z.infer<typeof workload>;

export interface Manifests {
  readonly policies: readonly Policy[];
  readonly services: readonly ClusterService[];
  readonly workloads: readonly ClusterWorkload[];
}

/** The objects the proofs reason about. @throws ZodError when one has a shape they do not understand. */
export function readManifests(objects: readonly object[]): Manifests {
  const ofKind = (...kinds: string[]): object[] =>
    objects.filter((object) => 'kind' in object && kinds.some((kind) => kind === object.kind));
  return {
    policies: ofKind('NetworkPolicy').map((object) => policy.parse(object)),
    services: ofKind('Service').map((object) => service.parse(object)),
    workloads: ofKind('Deployment', 'StatefulSet').map((object) => workload.parse(object)),
  };
}
