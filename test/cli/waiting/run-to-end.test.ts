import { describe, expect, test } from 'vitest';
import { runToEnd } from '../../../cli/waiting/run-to-end.ts';
import { deletionPending, type StepResult } from '../../../deploy/step.ts';

/** A step that is pending so many times. */
function step(times: number): () => Promise<StepResult<string>> {
  let calls = 0;
  return () =>
    Promise.resolve(
      calls++ < times ? { ...deletionPending('Pod a is ending'), requeueAfterMs: 0 } : { done: 'well' },
    );
}

describe('a step is repeated', () => {
  test('until it is done, saying what it waits for', async () => {
    const lines: string[] = [];
    await expect(runToEnd(step(3), { onWaiting: (line) => lines.push(line) })).resolves.toBe('well');
    expect(lines).toEqual(Array.from({ length: 3 }, () => 'Pod a is ending'));
  });

  test('not beyond its time limit, and the error says what was pending', async () => {
    await expect(runToEnd(step(Infinity), { timeoutMs: 0 })).rejects.toMatchObject({
      code: 'CLUSTER_AWAY',
      facts: { reason: 'DeletionPending' },
      message: expect.stringContaining('Pod a is ending') as string,
    });
  });

  test('not once its signal is aborted', async () => {
    const ending = new AbortController();
    const reason = new Error('enough');
    const running = runToEnd(step(Infinity), {
      signal: ending.signal,
      onWaiting: () => ending.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
  });
});
