import { expect, test } from 'vitest';
import { errorForPeople } from '../../cli/errors-for-people.ts';
import { ClusterError } from '../../kube/cluster-error.ts';

test.each([
  ['FieldConflict', 'Others own it:\n  - a', /^Others own it:\n {2}- a\nTake it back with --force-conflicts/],
  ['RotationUnfinished', 'It was cut off.', /^It was cut off\. Finish it first: mooring secrets rotate$/],
  ['CheckFailed', 'It did not pass.', /^It did not pass\.$/],
] as const)(
  'an error of reason %s says what to do, where there is something',
  (reason, message, expected) => {
    expect(errorForPeople(new ClusterError('CLUSTER_CONFLICT', message, { reason }))).toMatch(expected);
  },
);

test('an error without a reason is shown as it is', () => {
  expect(errorForPeople(new ClusterError('CLUSTER_AWAY', 'It is away.'))).toBe('It is away.');
});
