import { isIP } from 'node:net';
import { z } from 'zod';
import { list } from './container.ts';
import {
  labelName,
  labels,
  objectName,
  portNumber,
  portName,
  portReference,
  protocol,
  selector,
} from './common.ts';
import { isCidr } from './cidr.ts';

/** The shapes of Services, Ingresses and NetworkPolicies. */

/** 0 is none. */
const nodePort = z
  .int()
  .refine((port) => port === 0 || (port >= 30_000 && port <= 32_767), 'a node port from 30000 to 32767')
  .transform((port) => (port === 0 ? undefined : port));

const servicePort = z.looseObject({
  name: labelName.optional(),
  port: portNumber,
  targetPort: portReference.optional(),
  nodePort: nodePort.optional(),
  protocol: protocol.default('TCP'),
});

export const serviceSpec = z
  .looseObject({
    type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']).default('ClusterIP'),
    clusterIP: z
      .string()
      .refine((text) => text === 'None' || text === '' || isIP(text) > 0, 'an IP address, or None')
      .optional(),
    externalName: z.string().optional(),
    publishNotReadyAddresses: z.boolean().default(false),
    selector: labels.nullish(),
    ports: list(servicePort),
  })
  .superRefine((spec, context) => {
    const outward = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
    if (outward && spec.clusterIP === 'None')
      context.addIssue({
        code: 'custom',
        path: ['type'],
        message: 'ClusterIP: a headless Service has no other type',
      });
    spec.ports.forEach((port, index) => {
      if (port.nodePort !== undefined && !outward)
        context.addIssue({
          code: 'custom',
          path: ['ports', index, 'nodePort'],
          message: `no nodePort on a Service of type ${spec.type}`,
        });
    });
  });
export type ServiceSpec = z.infer<typeof serviceSpec>;

const cidr = z.string().refine(isCidr, 'an address block like 10.0.0.0/8');

const peer = z.strictObject({
  podSelector: selector.optional(),
  namespaceSelector: selector.optional(),
  ipBlock: z.strictObject({ cidr, except: z.array(cidr).default([]) }).optional(),
});
export type Peer = z.infer<typeof peer>;

const portRule = z.strictObject({
  port: portReference.optional(),
  endPort: portNumber.optional(),
  protocol: protocol.default('TCP'),
});
export type PortRule = z.infer<typeof portRule>;

export const policySpec = z.strictObject({
  podSelector: selector.optional(),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])).optional(),
  ingress: list(z.strictObject({ from: list(peer), ports: list(portRule) })),
  egress: list(z.strictObject({ to: list(peer), ports: list(portRule) })),
});
export type PolicySpec = z.infer<typeof policySpec>;

/** Instead of a Service it may be a resource of the controller's own. */
const backend = z.looseObject({
  service: z
    .looseObject({
      name: objectName,
      port: z.looseObject({ name: portName.optional(), number: portNumber.optional() }),
    })
    .optional(),
});

const hostName = z
  .string()
  .regex(/^(\*\.)?[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'a host name of lower-case letters, digits, "-" and "."');

export const ingressSpec = z
  .looseObject({
    ingressClassName: objectName.optional(),
    defaultBackend: backend.optional(),
    rules: list(
      z.looseObject({
        host: hostName.optional(),
        http: z
          .looseObject({
            paths: z.array(
              z.looseObject({
                path: z.string().regex(/^\//, 'a path that starts with /').optional(),
                pathType: z.enum(['Prefix', 'Exact', 'ImplementationSpecific']),
                backend,
              }),
            ),
          })
          .optional(),
      }),
    ),
    tls: list(z.looseObject({ hosts: list(hostName), secretName: objectName.optional() })),
  })
  .refine((spec) => spec.rules.length > 0 || spec.defaultBackend, 'rules, or a defaultBackend');
export type IngressSpec = z.infer<typeof ingressSpec>;
