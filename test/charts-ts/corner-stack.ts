import { defineStack } from '../../model/define-stack.ts';
import type { Container, Service, Stack } from '../../model/stack.ts';

/** Corners of the general model that no stack of ours has. */

const probe = { exec: ['true'], periodSeconds: 1, failureThreshold: 1 };
export const container: Container = {
  image: 'example/app:1',
  user: { uid: 1000, gid: 1000 },
  resources: { requests: { cpu: '1', memory: '1Mi' }, limits: { cpu: '2', memory: '1Mi' } },
  probes: { startup: probe, readiness: probe, liveness: probe },
};
export const base = { doc: '', ports: {}, terminationGraceSeconds: 1, container };
export const stackOf = (...services: Service[]): Stack =>
  defineStack({ name: 's', namespace: 'n', services });

/** Pods that listen nowhere, one kind of them more than one, with files, a sidecar, a Job and an external address by number. */
export const cornerStack = stackOf(
  { ...base, name: 'queue', kind: 'stateful', replicas: 2 },
  {
    ...{ ...base, name: 'worker', kind: 'stateless', replicas: 1 },
    container: {
      ...container,
      files: { '/etc/worker/one': '1', '/etc/other/two': '2' },
      sidecars: [
        {
          ...{ name: 'beside', doc: '', image: 'example/beside:1', resources: container.resources },
          ...{ ports: { up: 9090 }, probes: { startup: { ...probe, exec: ['true'] } } },
        },
      ],
    },
    serviceAccountAnnotations: { 'cloud.example.com/role': 'reader' },
    nodeSelector: { 'example.com/disk': 'ssd' },
    tolerations: [
      { key: 'example.com/only', operator: 'Equal', value: 'work', effect: 'NoSchedule' },
      { operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 },
    ],
    jobs: [{ name: 'once', doc: '', command: ['once'] }],
    externals: [
      { doc: '', host: '198.51.100.4', port: 443 },
      { doc: '', host: '2001:db8::4', port: 443 },
      { doc: '', host: 'model.ai.svc', port: 8080 },
    ],
  },
);
