import { expect, test } from 'vitest';
import { driftText, undoingText } from '../../../operator/reconcile/drift-text.ts';
import type { Drift } from '../../../operator/reconcile/resource.ts';

const port: Drift = {
  object: 'Service demo-web',
  field: 'spec.ports[0].port',
  ...{ from: '80', to: '81', manager: 'kubectl-edit', time: '2026-01-01T00:00:00Z' },
};

test.each<[string, Partial<Drift>, string, string]>([
  ['was changed', {}, ': spec.ports[0].port is 81 (set by kubectl-edit) instead of 80.', 'put back to 80'],
  [
    'was changed by it is not known whom',
    { manager: 'unknown' },
    ': spec.ports[0].port is 81 instead of 80.',
    'put back to 80',
  ],
  [
    'was added',
    { from: 'nothing', to: '(not shown)' },
    ': spec.ports[0].port was added (set by kubectl-edit).',
    'removed',
  ],
  [
    'was added with a value that is shown',
    { from: 'nothing' },
    ': spec.ports[0].port was added as 81 (set by kubectl-edit).',
    'removed',
  ],
  [
    'was added and overrides what is rendered elsewhere',
    { field: 'env[PORT]', from: 'nothing', overrides: 'PORT of ConfigMap demo-config, "80"' },
    ': env[PORT] was added as 81 (set by kubectl-edit), and is used instead of PORT of ConfigMap demo-config, "80".',
    'removed',
  ],
  [
    'was set in place of its default',
    { to: '(not shown)' },
    ': spec.ports[0].port was changed (set by kubectl-edit); it should be 80.',
    'put back to 80',
  ],
  [
    'was removed',
    { to: 'nothing', manager: 'unknown' },
    ': spec.ports[0].port was removed; it should be 80.',
    'put back',
  ],
  ['is of an object that was deleted', { field: '', to: 'deleted' }, ' was deleted.', 'made again'],
])('a field that %s is told in words, and what undoes that', (_, change, expected, undone) => {
  const drift = { ...port, ...change };
  expect([driftText(drift), undoingText(drift)]).toEqual([`Service demo-web${expected}`, undone]);
});
