import { expect, test } from 'vitest';
import { projectObject, type Observed } from '../../../operator/reconcile/observed.ts';
import { StackObjects } from '../../../operator/reconcile/stack-objects.ts';

const objectAt = (resourceVersion: string): Observed =>
  projectObject({
    ...{ apiVersion: 'v1', kind: 'Service' },
    metadata: {
      ...{ name: 'demo-web', namespace: 'shop', resourceVersion },
      labels: { 'app.kubernetes.io/instance': 'demo' },
    },
  });

/** What is known of the stack after a write was answered with this version. */
function after(written: string, known: { readonly watchedTo?: string; readonly present?: string }): string[] {
  const objects = new StackObjects();
  const cache = objects.cacheOf('Service');
  cache.version = known.watchedTo;
  if (known.present !== undefined) cache.set('shop/demo-web', objectAt(known.present));
  objects.remember(objectAt(written));
  return objects.ofStack('shop/demo').map(({ resourceVersion }) => resourceVersion);
}

test('the answer to a write is known before the watch tells it', () => {
  expect(after('11', { watchedTo: '10' })).toEqual(['11']);
  expect(after('11', { watchedTo: '10', present: '9' })).toEqual(['11']);
});

test('an object that the watch has told as made and deleted is not there again by the late answer to its making', () => {
  expect(after('11', { watchedTo: '12' })).toEqual([]);
  expect(after('11', { watchedTo: '11' })).toEqual([]);
});

test('while the objects are listed, an answer to a write is no news of what is not there', () => {
  expect(after('11', {})).toEqual([]);
});

test('a later state that the watch has told stays', () => {
  expect(after('11', { watchedTo: '12', present: '12' })).toEqual(['12']);
});
