import { deployment, service, type Fields } from './small-manifests.ts';

/** Manifests of which one list or map is very long, by what it holds; each is correct but for what its name says. */
export const wideObjects = {
  variables: (count) => [
    deployment('a', { env: each(count, (at) => ({ name: `SETTING_${at}`, value: `${at}` })) }),
  ],
  'variables from a Secret': (count) => [
    deployment('a', {
      env: each(count, (at) => ({
        name: `SETTING_${at}`,
        valueFrom: { secretKeyRef: { name: 'a', key: `key-${at}` } },
      })),
    }),
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' }, stringData: keys(count) },
  ],
  'keys that are missing in a ConfigMap': (count) => [
    deployment('a', {
      env: each(count, (at) => ({
        name: `SETTING_${at}`,
        valueFrom: { configMapKeyRef: { name: 'a', key: `other-${at}` } },
      })),
    }),
    configMap('a', keys(count)),
  ],
  'ConfigMaps that are taken whole': (count) => [
    deployment('a', { envFrom: each(count, (at) => ({ configMapRef: { name: `a${at}` } })) }),
    ...each(count, (at) => configMap(`a${at}`, { [`SETTING_${at}`]: 'b' })),
  ],
  'fields of a wrong type': (count) => [
    deployment('a', { env: each(count, (at) => ({ name: `SETTING_${at}`, value: at })) }),
  ],
  'ports behind a Service': (count) => [
    deployment('a', { ports: each(count, (at) => ({ name: `p${at}`, containerPort: at + 1 })) }),
    {
      ...service('a', 1),
      spec: {
        selector: { app: 'a' },
        ports: each(count, (at) => ({ name: `p${at}`, port: at + 1, targetPort: `p${at}` })),
      },
    },
  ],
  containers: (count) => [
    deployment(
      'a',
      {},
      {
        initContainers: each(count, (at) => ({ name: `i${at}`, image: 'registry.example.org/own:1' })),
      },
    ),
  ],
  volumes: (count) => [
    deployment(
      'a',
      { volumeMounts: each(count, (at) => ({ name: `v${at}`, mountPath: `/v/${at}` })) },
      { volumes: each(count, (at) => ({ name: `v${at}`, emptyDir: {} })) },
    ),
  ],
  'policies of one pod': (count) => [
    deployment('a', { ports: [{ containerPort: 80 }] }),
    ...each(count, (at) => ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: `p${at}` },
      spec: {
        podSelector: { matchLabels: { app: 'a' } },
        policyTypes: ['Ingress'],
        ingress: [{ from: [{ podSelector: { matchLabels: { app: `b${at}` } } }], ports: [{ port: 80 }] }],
      },
    })),
  ],
} as const satisfies Readonly<Record<string, (count: number) => Fields[]>>;

const each = <T>(count: number, of: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, at) => of(at));

const keys = (count: number): Fields => Object.fromEntries(each(count, (at) => [`key-${at}`, `value ${at}`]));

const configMap = (name: string, data: Fields): Fields => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
  data,
});
