import { z } from 'zod';
import { list } from './container.ts';
import { labelName, portNumber, selector } from './common.ts';

/** The shapes of Gateways, of the routes of the Gateway API, and of what lets them into another namespace. */

const reference = z.looseObject({
  group: z.string().default(''),
  kind: z.string().default('Service'),
  // Of a kind of its controller's own it has the form of that kind.
  name: z.string().min(1).max(253),
  namespace: labelName.optional(),
  port: portNumber.optional(),
});
export type GatewayReference = z.infer<typeof reference>;

const filter = z.looseObject({ requestMirror: z.looseObject({ backendRef: reference }).optional() });

const parentReference = z.looseObject({
  group: z.string().default('gateway.networking.k8s.io'),
  kind: z.string().default('Gateway'),
  namespace: labelName.optional(),
  name: z.string(),
  sectionName: z.string().optional(),
  port: portNumber.optional(),
});
export type ParentReference = z.infer<typeof parentReference>;

export const gatewayRouteSpec = z.looseObject({
  parentRefs: list(parentReference),
  hostnames: list(z.string()),
  rules: list(z.looseObject({ backendRefs: list(reference), filters: list(filter) })),
});

const letIn = z.looseObject({ from: z.string().default('Same'), selector: selector.optional() });

const listener = z.looseObject({
  name: z.string(),
  hostname: z.string().optional(),
  port: portNumber,
  protocol: z.string(),
  allowedRoutes: z.looseObject({ namespaces: letIn.prefault({}) }).prefault({}),
});
export type Listener = z.infer<typeof listener>;

export const gatewaySpec = z.looseObject({ listeners: list(listener) });

export const referenceGrantSpec = z.looseObject({
  from: z.array(z.looseObject({ group: z.string(), kind: z.string(), namespace: z.string() })),
  to: z.array(
    z.looseObject({ group: z.string().default(''), kind: z.string(), name: z.string().optional() }),
  ),
});
