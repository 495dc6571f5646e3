import { chatStack } from '../contract/chat-stack.ts';
import { serviceOf } from '../model/environment.ts';
import { dialledPort, type Edge } from '../model/stack.ts';
import { readChatStack } from '../contract/read-chat-stack.ts';
import { backendName } from '../contract/services/backend-ports.ts';
import type { StoreName } from '../contract/services/backend-variables.ts';
import { storeSecret } from '../contract/services/store.ts';
import type { Product } from './finding.ts';

/** What people call each store. */
export const productOf: Readonly<Record<StoreName, Product & ('Redis' | 'Neo4j' | 'Qdrant')>> = {
  redis: 'Redis',
  neo4j: 'Neo4j',
  qdrant: 'Qdrant',
};

/** Where a store usually is, and the variables that say where it is here. */
export interface Usual {
  readonly port: number;
  readonly variables: {
    readonly host: string;
    readonly port: string;
    readonly tls: string;
    readonly secret: string;
  };
}

/** Read off the edge of the default stack, so that ports and names have one source. */
export function usualOf(store: StoreName): Usual {
  const stack = chatStack(readChatStack({}, 'the defaults'));
  const edge = serviceOf(stack, backendName).edges?.find(({ to }) => to === store);
  const port = edge && serviceOf(stack, store).ports[edge.port];
  if (!edge || !port) throw new RangeError(`The backend has no edge to "${store}".`);
  return { port: dialledPort(port), variables: variablesOf(edge) };
}

function variablesOf({ binds }: Edge): Usual['variables'] {
  return {
    host: binds.host ?? '',
    port: binds.port ?? '',
    tls: binds.tls ?? '',
    secret: binds.secrets?.[storeSecret] ?? '',
  };
}
