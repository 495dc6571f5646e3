import type { Port, StatefulService } from '../../model/stack.ts';
import { choice, text, whole, matching } from '../../model/variable.ts';
import { storeGraceSeconds, storeSecret, type StoreOptions, storeSecretRule } from './store.ts';

export const qdrantName = 'qdrant';
export const qdrantImage = 'qdrant/qdrant:v1.18.3-unprivileged';

export const qdrantPorts = {
  http: { containerPort: 6333, doc: 'REST, with an API key; the probes need none' },
  grpc: { containerPort: 6334, doc: 'gRPC; no service of this stack dials it' },
} as const satisfies Record<string, Port>;

const storagePath = '/qdrant/storage';
/** Where Qdrant writes snapshots by default. */
export const qdrantSnapshots = '/qdrant/snapshots';
const initPath = '/qdrant/init';

const answers = (path: string): { http: { port: string; path: string } } => ({
  http: { port: 'http', path },
});

/** The search index over episodes and facts, rebuildable from the system of record. */
export const qdrant = (options: StoreOptions): StatefulService => ({
  name: qdrantName,
  doc: 'search index over episodes and facts, rebuildable',
  kind: 'stateful',
  ports: qdrantPorts,
  variables: {
    QDRANT__SERVICE__API_KEY: matching(storeSecretRule.pattern, {
      secret: true,
      expected: storeSecretRule.expected,
      doc: 'the key its clients must show',
    }),
    QDRANT__SERVICE__HTTP_PORT: whole(1, 65_535, { doc: 'where REST is served' }),
    QDRANT__SERVICE__GRPC_PORT: whole(1, 65_535, { doc: 'where gRPC is served' }),
    QDRANT__STORAGE__STORAGE_PATH: text({ doc: 'where collections live' }),
    QDRANT__STORAGE__SNAPSHOTS_PATH: text({ doc: 'where snapshots are written' }),
    QDRANT__TELEMETRY_DISABLED: choice(['true', 'false'], { doc: 'whether usage reports are off' }),
    QDRANT_INIT_FILE_PATH: text({ doc: 'the mark of a finished start, on a writable path' }),
  },
  settings: {
    QDRANT__STORAGE__STORAGE_PATH: storagePath,
    QDRANT__STORAGE__SNAPSHOTS_PATH: qdrantSnapshots,
    QDRANT__TELEMETRY_DISABLED: 'true',
    QDRANT_INIT_FILE_PATH: `${initPath}/.qdrant-initialized`,
  },
  ownPorts: { http: 'QDRANT__SERVICE__HTTP_PORT', grpc: 'QDRANT__SERVICE__GRPC_PORT' },
  secrets: { [storeSecret]: { doc: 'API key of Qdrant' } },
  ownSecrets: { [storeSecret]: 'QDRANT__SERVICE__API_KEY' },
  terminationGraceSeconds: storeGraceSeconds,
  container: {
    image: options.image,
    // The image's entrypoint script would exit on SIGTERM while the engine is still closing its segments.
    command: ['./qdrant'],
    workingDir: '/qdrant',
    user: { uid: 1000, gid: 1000 },
    resources: options.resources,
    smallestMemory: {
      memory: '128Mi',
      because: 'its collections and threads take 80 MiB before the first point',
    },
    volumes: [
      { kind: 'persistent', name: 'storage', path: storagePath, ...options.storage },
      { kind: 'scratch', name: 'snapshots', path: qdrantSnapshots, sizeLimit: '2Gi' },
      { kind: 'scratch', name: 'init', path: initPath, sizeLimit: '1Mi' },
    ],
    probes: {
      startup: { ...answers('/readyz'), periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 5 },
      readiness: { ...answers('/readyz'), periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 5 },
      liveness: { ...answers('/livez'), periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
    },
  },
});
