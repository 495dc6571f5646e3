import { expect, test } from 'vitest';
import { diffOf, keptText } from '../../../cli/apply/plan-text.ts';
import type { StackPlan } from '../../../deploy/stack-plan.ts';

const stack = { name: 'demo', namespace: 'chat' };
const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data-demo-redis-0' } };
const plan: StackPlan = {
  planned: [],
  newSecretKeys: [],
  secretExists: true,
  leftovers: [],
  formerJobs: [],
  leftoverClaims: [claim],
};

test('a claim that is kept on purpose is no difference, and told', () => {
  expect(diffOf(plan, stack)).toEqual([]);
  expect(keptText(plan)).toEqual([expect.stringContaining('PersistentVolumeClaim data-demo-redis-0')]);
  expect(keptText({ ...plan, leftoverClaims: [] })).toEqual([]);
});

test('a claim that goes with its data is one', () => {
  expect(diffOf(plan, stack, { deletesData: true })).toMatchObject([
    { object: 'PersistentVolumeClaim data-demo-redis-0', action: 'remove' },
  ]);
});
