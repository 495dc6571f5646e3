import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import type { StackResource } from '../../../operator/reconcile/resource.ts';
import { nothingFound, statusOf, type Outcome } from '../../../operator/reconcile/status.ts';
import { forSuite } from '../../servers/for-suite.ts';
import { capture } from '../../servers/command.ts';
import { builtProgram } from '../../servers/kubernetes/programs.ts';
import { orSkip } from '../../servers/or-skip.ts';
import { chatStackIn, userOf } from './lab.ts';
import { sharedServer } from './shared-server.ts';

const lab = forSuite(sharedServer);

interface Seen {
  readonly kstatus: string;
  readonly argo: string;
  readonly flux: string;
}

/** What kstatus itself says of resources, and what the rules of docs/operator.md say, run as Argo CD and Flux do. */
async function seen(objects: readonly object[]): Promise<Seen[]> {
  const docs = await readFile('docs/operator.md', 'utf8');
  const block = (language: string): string =>
    docs.match(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``))?.[1] ?? '';
  const { healthCheckExprs } = parse(block('yml')) as { healthCheckExprs: Record<string, string>[] };
  const { inProgress, failed, current } = healthCheckExprs[0] ?? {};
  const input = JSON.stringify({ objects, lua: block('lua'), cel: { inProgress, failed, current } });
  const { code, stdout, stderr } = await capture(await builtProgram('health'), [], { input });
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Seen[];
}

const resource: StackResource = {
  apiVersion: 'mooring.dev/v1alpha1',
  kind: 'ChatStack',
  metadata: { name: 'talk', namespace: 'n', uid: 'u', generation: 3 },
};
const withStatus = (outcome: Partial<Outcome>): StackResource => ({
  ...resource,
  status: statusOf(resource, { ...nothingFound, ...outcome }, '2026-01-01T00:00:00Z'),
});
const rotation = { token: 'one', phase: 'Rotating', message: '', time: '2026-01-01T00:00:00Z' } as const;
const moved = { ...withStatus({}), metadata: { ...resource.metadata, generation: 4 } };
const unknown = { gates: ['redis'] };

/** A stack, and how kstatus, Argo CD and Flux see it. `unknown`: no rule of Flux is true, and it waits. */
const table: readonly (readonly [string, StackResource, string, string, string])[] = [
  ['runs what is rendered', withStatus({}), 'Current', 'Healthy', 'current'],
  ['has another document by now', moved, 'InProgress', 'Progressing', 'inProgress'],
  ['rolls out', withStatus({ wantedWorkloads: 2 }), 'InProgress', 'Progressing', 'unknown'],
  ['is given new secrets', withStatus({ rotation }), 'InProgress', 'Progressing', 'current'],
  ['has pods of which nothing is known', withStatus(unknown), 'InProgress', 'Progressing', 'unknown'],
  ['was refused', withStatus({ refused: 'no' }), 'Failed', 'Degraded', 'failed'],
  ['cannot come up', withStatus({ wantedWorkloads: 2, stuck: ['no'] }), 'Failed', 'Degraded', 'failed'],
  ['has an object that was refused', withStatus({ problems: ['no'] }), 'InProgress', 'Degraded', 'unknown'],
  ['is fought over', withStatus({ contested: ['who'] }), 'Current', 'Degraded', 'current'],
  ['is paused', withStatus({ paused: 'why' }), 'Current', 'Suspended', 'current'],
];

test('every state of a stack is what it is for kstatus, for Argo CD and for Flux', (context) =>
  orSkip(context, async () => {
    const answers = await seen(table.map(([, object]) => object));
    expect(table.map(([name], at) => [name, answers[at]])).toEqual(
      table.map(([name, , kstatus, argo, flux]) => [name, { kstatus, argo, flux }]),
    );
  }));

test('a stack that no operator has looked at yet is ready for none of them', (context) =>
  orSkip(context, async () => {
    const namespace = `new-${randomUUID().slice(0, 8)}`;
    await lab().createNamespace(namespace);
    const user = userOf(lab());
    await user.apply(chatStackIn(namespace));
    const created = await user.resource(namespace);
    expect(created?.status).toEqual({ observedGeneration: -1 });
    await expect(seen([created ?? {}])).resolves.toEqual([
      { kstatus: 'InProgress', argo: 'Progressing', flux: 'inProgress' },
    ]);
  }));
