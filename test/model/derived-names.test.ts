import { expect, test } from 'vitest';
import { contradictions } from '../../model/contradictions.ts';
import type { Container, Service, FilledStack } from '../../model/stack.ts';
import type { Problem } from '../../model/problem.ts';

const told = ({ message }: Problem): string => message;
const probe = { exec: ['true'], periodSeconds: 1, failureThreshold: 1 };
const container: Container = {
  image: 'example/app:1',
  user: { uid: 1000, gid: 1000 },
  resources: { requests: { cpu: '1', memory: '1Mi' }, limits: { memory: '1Mi' } },
  probes: { startup: probe, readiness: probe, liveness: probe },
};
const stateless = (name: string, rest: Partial<Container> = {}): Service => ({
  ...{ name, doc: name, kind: 'stateless', ports: {}, replicas: 1, terminationGraceSeconds: 1 },
  container: { ...container, ...rest },
});
const stackOf = (...services: Service[]): FilledStack => ({ name: 's', namespace: 'n', services });

test.each(['config', 'files', 'peers', 'page', 'node', 'secrets', 'history'])(
  'a service called as what is derived from another with -%s is refused',
  (suffix) => {
    expect(contradictions(stackOf(stateless('app'), stateless(`app-${suffix}`))).map(told)).toEqual([
      `The service name "app-${suffix}" is taken by an object derived from "app".`,
    ]);
    expect(contradictions(stackOf(stateless('app'), stateless(`other-${suffix}`)))).toEqual([]);
  },
);

test('a stateless service that keeps a volume is refused', () => {
  const volumes = [{ kind: 'persistent', name: 'keeps', path: '/keeps', size: '1Gi' }] as const;
  expect(contradictions(stackOf(stateless('app', { volumes }))).map(told)).toEqual([
    'Service "app": it is stateless but keeps volume "keeps"; make it stateful or the volume scratch.',
  ]);
});
