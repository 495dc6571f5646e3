import type { KnownPort } from '../model/known-port.ts';
import { backendPorts } from './services/backend-ports.ts';
import { neo4jPorts } from './services/neo4j.ts';
import { pagePorts } from './services/page.ts';
import { qdrantPorts } from './services/qdrant.ts';
import { redisPorts } from './services/redis.ts';

/** What usually listens on the ports of the chat stack, and on ports that are confused with them. */
export const knownPorts: readonly KnownPort[] = [
  {
    port: 3000,
    product: 'FalkorDB browser',
    saying: "often FalkorDB's browser or a development web server",
    shared: true,
  },
  {
    port: pagePorts.http.containerPort,
    product: 'page dev server',
    saying: "often a page's development server (Astro's default)",
    shared: true,
  },
  { port: 5432, product: 'PostgreSQL', saying: "PostgreSQL's" },
  { port: qdrantPorts.http.containerPort, product: 'Qdrant HTTP', saying: "Qdrant's HTTP port" },
  {
    port: qdrantPorts.grpc.containerPort,
    product: 'Qdrant gRPC',
    saying: "Qdrant's gRPC port, not its HTTP one",
  },
  { port: 6335, product: 'Qdrant peers', saying: "Qdrant's cluster port, for its own peers" },
  { port: redisPorts.redis.containerPort, product: 'Redis', saying: "Redis'" },
  { port: 6380, product: 'FalkorDB or Redis with TLS', saying: "often FalkorDB's or a TLS Redis'" },
  { port: 7473, product: 'Neo4j HTTPS', saying: "Neo4j's HTTPS browser port, not Bolt" },
  { port: neo4jPorts.http.containerPort, product: 'Neo4j browser', saying: "Neo4j's browser port, not Bolt" },
  { port: neo4jPorts.bolt.containerPort, product: 'Neo4j Bolt', saying: "Neo4j's Bolt port" },
  {
    port: backendPorts.http.containerPort,
    product: 'chat backend',
    saying: 'often an HTTP backend',
    shared: true,
  },
  { port: 11211, product: 'memcached', saying: "memcached's" },
  { port: 26379, product: 'Redis Sentinel', saying: "Redis Sentinel's, which serves no keys" },
];
