import { z } from 'zod';
import { list } from './container.ts';
import { labelName, portNumber } from './common.ts';

/** The shapes of the routes of the Gateway API, and of what lets them into another namespace. */

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

export const gatewayRouteSpec = z.looseObject({
  rules: list(z.looseObject({ backendRefs: list(reference), filters: list(filter) })),
});

export const referenceGrantSpec = z.looseObject({
  from: z.array(z.looseObject({ group: z.string(), kind: z.string(), namespace: z.string() })),
  to: z.array(
    z.looseObject({ group: z.string().default(''), kind: z.string(), name: z.string().optional() }),
  ),
});
