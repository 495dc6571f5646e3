import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { commandLine } from '../../cli/shell.ts';

test('a command line reaches a shell as the words it is made of', () => {
  const words = [
    'plain',
    '--file=a/b-c.yaml',
    'with space',
    "it's",
    '$(id)',
    '',
    'a"b',
    'x=2026-11-28T11:00:00Z',
  ];
  const printed = execFileSync('/bin/sh', ['-c', commandLine('printf', '%s\\n', ...words)]).toString();
  expect(printed.split('\n').slice(0, -1)).toEqual(words);
});

test('plain words are not quoted', () => {
  expect(commandLine('kubectl', '--namespace', 'talk', 'apply', '--filename', './stack.yaml')).toBe(
    'kubectl --namespace talk apply --filename ./stack.yaml',
  );
});
