import { expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { at, pick, stackOf } from './rendered.ts';

test('start-up and liveness of the backend ask what no dependency can change, readiness asks the gates (law 6)', () => {
  const backend = pick(renderStack(stackOf()), 'Deployment', 'demo-backend');
  const asked = (probe: string): unknown => at(backend, `spec.template.spec.containers.0.${probe}.httpGet`);
  expect(asked('startupProbe')).toEqual({ path: '/healthz', port: 'http' });
  expect(asked('livenessProbe')).toEqual({ path: '/healthz', port: 'http' });
  expect(asked('readinessProbe')).toEqual({ path: '/readyz', port: 'metrics' });
});
