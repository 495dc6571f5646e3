import { afterEach, expect, test } from 'vitest';
import { errorForPeople } from '../../cli/errors-for-people.ts';
import { createCli } from '../../cli/program.ts';
import { choose, mooringOfCluster, mooringOfDocument, mooringOfStack } from '../../cli/same-stack.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { ClusterError } from '../../kube/cluster-error.ts';
import { withChanges } from '../../cli/options.ts';

afterEach(() => choose({}));

const shown = (): string[] => [
  mooringOfStack('apply --prune'),
  mooringOfDocument('synth'),
  mooringOfCluster('operator status'),
];

test('a command that is shown is about the document and the cluster that the user chose', async () => {
  const lines: string[] = [];
  const add = (program: Parameters<typeof withChanges>[0]) => {
    withChanges(program.command('look')).action(() => void lines.push(...shown()));
  };
  const program = createCli([chatKind], { version: '0.0.0', commands: [add] });
  await program.parseAsync(['look', '-f', 'my stack.yaml', '--context', 'kind-two'], { from: 'user' });
  expect(lines).toEqual([
    "mooring apply --prune --context kind-two --file 'my stack.yaml'",
    "mooring synth --file 'my stack.yaml'",
    'mooring operator status --context kind-two',
  ]);
});

test('without a choice it says nothing of either', () => {
  expect(shown()).toEqual(['mooring apply --prune', 'mooring synth', 'mooring operator status']);
});

test('so is the one in the hint of an error', () => {
  choose({ file: 'other.yaml' });
  const error = new ClusterError('CLUSTER_CONFLICT', 'It was cut off.', { reason: 'RotationUnfinished' });
  expect(errorForPeople(error)).toBe(
    'It was cut off. Finish it first: mooring secrets rotate --file other.yaml',
  );
});
