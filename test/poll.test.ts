import { expect, test } from 'vitest';
import { pollWithReason, until } from './servers/poll.ts';

const refuses = (): Promise<boolean> => Promise.reject(new Error('connection refused'));

test('what waiting in vain ends with names what it was for, and has the last error as its cause', async () => {
  await expect(until('the server', refuses, 0)).rejects.toMatchObject({
    message: 'Waited 0 s for the server. The last try failed: connection refused',
    cause: { message: 'connection refused' },
  });
});

test('a check that says no has no error to tell, whatever an earlier one threw', async () => {
  let tries = 0;
  const check = async (): Promise<boolean> => {
    if (tries++ === 0) throw new Error('refused');
    return false;
  };
  const exited = Promise.resolve();
  expect(await pollWithReason(check, { timeoutMs: 60, exited })).toEqual({
    outcome: 'exited',
    lastError: new Error('refused'),
  });
  expect(await pollWithReason(check, { timeoutMs: 0 })).toEqual({ outcome: 'timeout' });
});

test('an error means not yet', async () => {
  let tries = 0;
  const check = async (): Promise<boolean> => {
    if (tries++ === 0) throw new Error('refused');
    return true;
  };
  expect(await pollWithReason(check, { timeoutMs: 1_000 })).toEqual({ outcome: 'met' });
});
