import { describe, expect, test } from 'vitest';
import { deployment, env, is, judged, mended, silent, store, type Fields } from './small-manifests.ts';

/** A Service of type ExternalName is a name for another one, which must be there, and is what is dialled. */

const inData = ({ metadata, ...rest }: Fields): Fields => ({
  ...rest,
  metadata: { ...(metadata as Fields), namespace: 'data' },
});
const data = store('cache', 'valkey/valkey:8', 6379).map(inData);
const alias = (externalName: string, namespace = 'shop'): Fields => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'redis', namespace },
  spec: { type: 'ExternalName', externalName },
});
const dialling = (url: string): Fields => ({
  ...deployment('web', { env: env({ REDIS_URL: url }) }),
  metadata: { name: 'web', namespace: 'shop' },
});
const whole = 'cache.data.svc.cluster.local';

describe('a name for a Service', () => {
  judged([
    ['with a slip', [...data, alias('cahce.data.svc.cluster.local')], is('error', 'HOST_UNKNOWN')],
    ['that is not there', [...data, alias('queue.data.svc.cluster.local')], is('error', 'HOST_UNKNOWN')],
    [
      'that is dialled on another port',
      [...data, alias(whole), dialling('redis://redis:6380')],
      is('error', 'PORT_NOT_SERVED'),
    ],
    [
      'that speaks something else',
      [...data, alias(whole), dialling('amqp://redis:6379')],
      is('error', 'PROTOCOL_MISMATCH'),
    ],
    ['without the domain', [...data, alias('cache.data.svc')], is('warning', 'HOST_UNKNOWN')],
    ['by its name alone', [...data, alias('cache', 'data')], is('warning', 'HOST_UNKNOWN')],
    [
      'of a namespace of which nothing is here',
      [alias('redis.far.svc.cluster.local')],
      is('unknown', 'HOST_UNKNOWN'),
    ],
    [
      'that two namespaces have',
      [alias('redis.far.svc.cluster.local'), alias('redis.far.svc.cluster.local', 'books')],
      is('unknown', 'HOST_UNKNOWN'),
    ],
    ['that is there', [...data, alias(whole), dialling('redis://redis:6379')], silent],
    ['of another domain', [...data, alias('cache.data.svc.cluster.example')], silent],
    ['in the world', [...data, alias('store.example.org'), dialling('redis://redis:6380')], silent],
    ['in the world, of two words', [...data, alias('example.org')], silent],
  ]);
});

test.each([['cahce.data.svc.cluster.local'], ['cache.data.svc'], ['cache.data']])(
  'a fix of %s mends it, at its line',
  (name) => {
    const objects = [...data, alias(name)];
    const { line, left } = mended(...objects);
    expect(line).toContain(name);
    expect(left).toEqual([]);
  },
);
