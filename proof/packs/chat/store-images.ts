import { neo4jPorts } from '../../../contract/services/neo4j.ts';
import { qdrantPorts } from '../../../contract/services/qdrant.ts';
import type { Pack } from '../../checks/subject.ts';
import type { ImageFacts } from '../../graph/images.ts';

const bolt = { speaks: 'bolt', port: neo4jPorts.bolt.containerPort } as const;

export const boltSchemes: NonNullable<Pack['schemes']> = { bolt, neo4j: bolt };

/** The images of the chat's stores but Redis, which has a pack of its own. */
export const storeImages: readonly ImageFacts[] = [
  {
    image: /^neo4j$/,
    speaks: {
      [neo4jPorts.bolt.containerPort]: 'bolt',
      [neo4jPorts.http.containerPort]: 'http',
      ...{ 7473: 'http', 2004: 'http' },
    },
    prefix: () => 'NEO4J_',
    lenient: /strict_+validation[._]enabled["']?\s*[=:]\s*["']?false/,
  },
  {
    image: /^qdrant\/qdrant$/,
    speaks: { [qdrantPorts.http.containerPort]: 'http', [qdrantPorts.grpc.containerPort]: 'grpc' },
  },
];
