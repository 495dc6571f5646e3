import type { Port, StatefulService } from '../../model/stack.ts';
import { mebibytes } from '../../model/quantity.ts';
import { choice, text, matching } from '../../model/variable.ts';
import { storeSecret, type StoreOptions, storeSecretRule } from './store.ts';

export const neo4jName = 'neo4j';
export const neo4jImage = 'neo4j:5.26.28-community';

export const neo4jPorts = {
  bolt: { containerPort: 7687, doc: 'Bolt, with user and password' },
  http: { containerPort: 7474, doc: 'browser' },
} as const satisfies Record<string, Port>;

/** The user the official image creates. */
export const neo4jUser = 'neo4j';

/**
 * The image splits NEO4J_AUTH at each `/` and hands the password to neo4j-admin, which takes a `-` or `@` at its
 * beginning for an option or a file, and whose refusal of a shorter one the image ignores.
 */
const passwordPattern = '[!#%&(-,.0-?A-[\\]-~][!#%&(-.0-[\\]-~]{7,}';

/** Heap and page cache; the rest is left to metaspace, threads and direct buffers. */
const heapShare = 0.5;
const pageCacheShare = 0.2;

const share = (options: StoreOptions, part: number): string =>
  `${Math.floor(mebibytes(options.resources.limits.memory) * part)}m`;

const bolt = { tcp: { port: 'bolt' } };

/** A checkpoint of a large page cache takes its time. */
const graceSeconds = 300;

/** The system of record: episodes and facts. */
export const neo4j = (options: StoreOptions): StatefulService => ({
  name: neo4jName,
  doc: 'system of record: episodes (raw turns) and facts',
  kind: 'stateful',
  ports: neo4jPorts,
  variables: {
    // Not NEO4J_PASSWORD: the image turns every other NEO4J_* into a setting and dies of an unknown one.
    MOORING_NEO4J_PASSWORD: matching(passwordPattern, {
      secret: true,
      expected: `8 characters or more, ${storeSecretRule.expected}, without "/" and "$", not beginning with "-" or "@"`,
      doc: 'the password; a part of NEO4J_AUTH',
    }),
    NEO4J_AUTH: text({ refers: true, doc: 'user/password; acts only on an empty volume' }),
    NEO4J_server_memory_heap_initial__size: text({ unit: 'megabytes', doc: 'derived from the memory limit' }),
    NEO4J_server_memory_heap_max__size: text({ unit: 'megabytes', doc: 'derived from the memory limit' }),
    NEO4J_server_memory_pagecache_size: text({ unit: 'megabytes', doc: 'derived from the memory limit' }),
    NEO4J_dbms_usage__report_enabled: choice(['true', 'false'], {
      doc: 'whether Neo4j reports usage to its makers',
    }),
  },
  settings: {
    NEO4J_AUTH: `${neo4jUser}/$(MOORING_NEO4J_PASSWORD)`,
    NEO4J_server_memory_heap_initial__size: share(options, heapShare),
    NEO4J_server_memory_heap_max__size: share(options, heapShare),
    NEO4J_server_memory_pagecache_size: share(options, pageCacheShare),
    NEO4J_dbms_usage__report_enabled: 'false',
  },
  secrets: { [storeSecret]: { doc: `password of the Neo4j user ${neo4jUser}` } },
  ownSecrets: { [storeSecret]: 'MOORING_NEO4J_PASSWORD' },
  terminationGraceSeconds: graceSeconds,
  container: {
    image: options.image,
    user: { uid: 7474, gid: 7474 },
    resources: options.resources,
    smallestMemory: { memory: '768Mi', because: 'the Java machine takes 300 MiB beside heap and page cache' },
    init: [
      // An emptyDir over conf/ hides the shipped configuration, so it is copied first.
      {
        name: 'copy-conf',
        command: ['sh', '-c', 'cp -R /var/lib/neo4j/conf/. /conf/'],
        mounts: { conf: '/conf' },
      },
    ],
    volumes: [
      { kind: 'persistent', name: 'data', path: '/data', ...options.storage },
      { kind: 'scratch', name: 'conf', path: '/var/lib/neo4j/conf', sizeLimit: '16Mi' },
      { kind: 'scratch', name: 'logs', path: '/logs', sizeLimit: '256Mi' },
      { kind: 'scratch', name: 'run', path: '/var/lib/neo4j/run', sizeLimit: '16Mi' },
      { kind: 'scratch', name: 'tmp', path: '/tmp', sizeLimit: '256Mi' },
    ],
    probes: {
      startup: { ...bolt, periodSeconds: 1, failureThreshold: 600, timeoutSeconds: 5 },
      readiness: { ...bolt, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 10 },
      liveness: { ...bolt, periodSeconds: 5, failureThreshold: 40, timeoutSeconds: 10 },
    },
  },
});
