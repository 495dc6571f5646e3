import type { Gate, Port, Service } from '../model/stack.ts';
import { neo4j, neo4jImage, neo4jName, neo4jPorts } from './services/neo4j.ts';
import { qdrant, qdrantImage, qdrantName, qdrantPorts } from './services/qdrant.ts';
import { redis, redisImage, redisName, redisPorts } from './services/redis.ts';
import type { StoreOptions } from './services/store.ts';

/** A store that the stack runs, or that a document points elsewhere. Who uses it is said in chat-stack.ts. */
export interface Store {
  /** The name of its program among those of the kind. */
  readonly program: string;
  readonly image: string;
  readonly ports: Readonly<Record<string, Port>>;
  /** The one clients dial, elsewhere too. */
  readonly port: string;
  readonly run: (options: StoreOptions) => Service;
}

/** Every store of the stack, by the name of its service and of its group in the document. */
export const stores = {
  [redisName]: { program: redisName, image: redisImage, ports: redisPorts, port: 'redis', run: redis },
  [neo4jName]: { program: neo4jName, image: neo4jImage, ports: neo4jPorts, port: 'bolt', run: neo4j },
  [qdrantName]: { program: qdrantName, image: qdrantImage, ports: qdrantPorts, port: 'http', run: qdrant },
} as const satisfies Readonly<Record<string, Store>>;

export type StoreOfStack = keyof typeof stores;
export const storesOfStack = Object.keys(stores) as readonly StoreOfStack[];

/** How a service uses a store: what its absence means, and which of the service's variables receive it. */
export interface Use<Variable extends string = string> {
  readonly gate: Gate;
  readonly binds: {
    readonly host: Variable;
    readonly port: Variable;
    readonly tls: Variable;
    readonly secret: Variable;
  };
  readonly userVariable?: Variable;
}
