import { expect, test } from 'vitest';
import { anothersText } from '../../deploy/ownership.ts';
import type { KubeObject, Metadata } from '../../kube/objects.ts';
import { stackLabels } from '../../model/labels.ts';

const labels = stackLabels({ name: 'talk' });
const owner = (kind: string, name: string, apiVersion = 'example.com/v1') => ({
  ownerReferences: [{ apiVersion, kind, name, uid: `${kind}-${name}`, controller: true }],
});
const object = (metadata: Partial<Metadata> = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'talk-web', namespace: 'chat', ...metadata },
});
const byOperator = object({ labels, ...owner('Shop', 'talk') });
const byPerson = object({ labels });
const applied = { managedFields: [{ manager: 'mooring', operation: 'Apply' as const }] };
const verdict = (desired: KubeObject, live: Partial<Metadata>): string =>
  (anothersText(desired, object(live), 'mooring') ?? 'ours').replace(/ (belongs|is there).*/, ' $1');

test.each<[string, Partial<Metadata>, string, string]>([
  ['has its labels', { labels }, 'ours', 'ours'],
  ['has its labels, and others', { labels: { ...labels, team: 'blue' } }, 'ours', 'ours'],
  ['its document controls', owner('Shop', 'talk'), 'ours', 'Service talk-web belongs'],
  [
    'its document controls, by another version',
    owner('Shop', 'talk', 'example.com/v2'),
    'ours',
    'Service talk-web belongs',
  ],
  [
    'a kind of another group controls',
    { labels, ...owner('Shop', 'talk', 'other.com/v1') },
    'Service talk-web belongs',
    'Service talk-web belongs',
  ],
  [
    'another controls',
    { labels, ...owner('Shop', 'other') },
    'Service talk-web belongs',
    'Service talk-web belongs',
  ],
  ['nobody marked', {}, 'Service talk-web is there', 'ours'],
  ['it applied, without labels', applied, 'ours', 'ours'],
  [
    'another stack has',
    { ...applied, labels: stackLabels({ name: 'talk-web' }) },
    'Service talk-web is there',
    'ours',
  ],
])('an object that %s', (_, live, operator, person) => {
  expect([verdict(byOperator, live), verdict(byPerson, live)]).toEqual([operator, person]);
});
