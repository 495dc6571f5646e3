import { expect, test } from 'vitest';
import { frozenFiles } from '../freeze/frozen.ts';
import { observeApp } from '../freeze/observe/app.ts';
import { observeCommands } from '../freeze/observe/commands.ts';

/** Hundreds of commands, one after the other; the limit is for a machine that is busy with something else. */
const timeout = 600_000;

test(
  'frozen: what every command without a cluster says as JSON and ends with is the same',
  { timeout },
  async () => {
    expect(await observeCommands()).toEqual(frozenFiles('commands'));
  },
);

test('frozen: frames, close codes, answers, metrics and well-known log lines of the running app are the same', async () => {
  expect(await observeApp()).toEqual(frozenFiles('app'));
});

test('their sabotage twin: an app that is given another variable is seen', async () => {
  const broken = await observeApp({ CHAT_HISTORY_LIMIT: '1' });
  const frozen = frozenFiles('app');
  expect(broken['frames.json'], 'a connection is shown fewer messages').not.toBe(frozen['frames.json']);
  expect(broken['answers.json'], '/config says so').not.toBe(frozen['answers.json']);
  expect(broken['closes.json']).toBe(frozen['closes.json']);
});
