import { describe, expect, test } from 'vitest';
import { awaitCheck } from '../../../cli/waiting/check.ts';
import { EarlyChecks } from '../../../cli/waiting/early-checks.ts';
import type { BoundCheck } from '../../../deploy/rollout/stack-check.ts';
import { CheckFailed } from '../../../model/reach.ts';
import { leadingTo, stack } from '../../deploy/one-service.ts';

const passing = (says: string) => Promise.resolve({ says, data: {} });
const check = (run: BoundCheck['run']): BoundCheck => ({
  through: { service: 'web', port: 'http' },
  what: 'a visit',
  run,
});

describe('an early check', () => {
  test('counts where the Service then leads to that pod', async () => {
    let runs = 0;
    const counted = check(() => passing(`run ${++runs}`));
    const cluster = leadingTo('web-1');
    const early = new EarlyChecks(cluster, stack, counted);
    early.begin('web', 'web-1');
    early.begin('web', 'web-1');
    await expect(awaitCheck(cluster, stack, { check: counted, early })).resolves.toMatchObject({
      says: 'run 1',
    });
  });

  test.each([
    ['of another pod', 'web', 'web-0'],
    ['of another service', 'store', 'web-1'],
  ])('%s does not count', async (_, service, pod) => {
    let runs = 0;
    const counted = check(() => passing(`run ${++runs}`));
    const cluster = leadingTo('web-1');
    const early = new EarlyChecks(cluster, stack, counted);
    early.begin(service, pod);
    await awaitCheck(cluster, stack, { check: counted, early });
    expect(runs).toBe(service === 'web' ? 2 : 1);
  });

  test('that failed does not count', async () => {
    let runs = 0;
    const flaky = check(() => (++runs === 1 ? Promise.reject(new Error('too early')) : passing('well')));
    const cluster = leadingTo('web-1');
    const early = new EarlyChecks(cluster, stack, flaky);
    early.begin('web', 'web-1');
    await expect(awaitCheck(cluster, stack, { check: flaky, early })).resolves.toMatchObject({
      says: 'well',
    });
  });
});

describe('a check that does not pass', () => {
  test('is tried again until it does', async () => {
    let runs = 0;
    const slow = check(() => (++runs < 3 ? Promise.reject(new CheckFailed('not yet')) : passing('well')));
    await expect(awaitCheck(leadingTo('web-1'), stack, { check: slow })).resolves.toMatchObject({
      says: 'well',
    });
  });

  test('is not tried again when it is final, and its kind’s words are in the error', async () => {
    let runs = 0;
    const refusing = check(() => {
      runs++;
      return Promise.reject(new CheckFailed('the token is refused', { final: true }));
    });
    await expect(awaitCheck(leadingTo('web-1'), stack, { check: refusing })).rejects.toMatchObject({
      code: 'ROLLOUT_FAILED',
      message: 'Everything is ready, but a visit did not pass: the token is refused',
    });
    expect(runs).toBe(1);
  });
});
