import type { Port, StatefulService } from '../../model/stack.ts';
import { mebibytes } from '../../model/quantity.ts';
import { storeGraceSeconds, storeSecret, type StoreOptions, storeSecretRule } from './store.ts';
import { matching } from '../../model/variable.ts';

export const redisName = 'redis';
export const redisImage = 'redis:8.6.7-trixie';

export const redisPorts = {
  redis: { containerPort: 6379, doc: 'RESP, with a password' },
} as const satisfies Record<string, Port>;

const dataPath = '/data';
const configPath = '/etc/redis/redis.conf';

/** Redis keeps its copy-on-write and client buffers outside `maxmemory`. */
const maxmemoryShare = 0.6;

const configuration = (options: StoreOptions): string =>
  [
    `port ${redisPorts.redis.containerPort}`,
    `dir ${dataPath}`,
    'appendonly yes',
    'save ""',
    `maxmemory ${Math.floor(mebibytes(options.resources.limits.memory) * maxmemoryShare)}mb`,
    'maxmemory-policy volatile-lru',
    '',
  ].join('\n');

/**
 * An empty `requirepass` means no password at all, and a quote or a line's end in it another configuration: what is
 * not within `storeSecretRule` ends the start.
 */
const start = [
  'case "$REDISCLI_AUTH" in',
  '*[!!-~]* | *\\"* | *\\\'* | *\\\\*) unset REDISCLI_AUTH ;;',
  'esac',
  `: "\${REDISCLI_AUTH:?the Redis password must be ${storeSecretRule.expected}}"`,
  `exec redis-server ${configPath} - <<END`,
  'requirepass "$REDISCLI_AUTH"',
  'END',
  '',
].join('\n');

/** `redis-cli ping` exits 0 even when it is answered NOAUTH, so the answer itself is required. */
const ping = { exec: ['sh', '-c', `[ "$(redis-cli -p ${redisPorts.redis.containerPort} ping)" = PONG ]`] };

/** Session and recent turns. The password reaches the server on its standard input, never by argument or file. */
export const redis = (options: StoreOptions): StatefulService => ({
  name: redisName,
  doc: 'session cache: sessions and recent turns, with a time to live',
  kind: 'stateful',
  ports: redisPorts,
  variables: {
    REDISCLI_AUTH: matching(storeSecretRule.pattern, {
      secret: true,
      expected: storeSecretRule.expected,
      doc: 'the password, read by redis-cli in the probes and at start',
    }),
  },
  secrets: { [storeSecret]: { doc: 'password of the Redis default user' } },
  ownSecrets: { [storeSecret]: 'REDISCLI_AUTH' },
  terminationGraceSeconds: storeGraceSeconds,
  container: {
    image: options.image,
    command: ['/bin/sh', '-ec', start],
    user: { uid: 999, gid: 999 },
    resources: options.resources,
    smallestMemory: {
      memory: '32Mi',
      because: 'Redis itself takes 10 MiB, and a rewrite of its log as much again as it holds',
    },
    files: { [configPath]: configuration(options) },
    volumes: [{ kind: 'persistent', name: 'data', path: dataPath, ...options.storage }],
    probes: {
      startup: { ...ping, periodSeconds: 2, failureThreshold: 150, timeoutSeconds: 5 },
      readiness: { ...ping, periodSeconds: 5, failureThreshold: 3, timeoutSeconds: 5 },
      liveness: { tcp: { port: 'redis' }, periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 5 },
    },
  },
});
