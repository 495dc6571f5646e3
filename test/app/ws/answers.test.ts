import { expect, test } from 'vitest';
import { RunningAnswer, type Listener } from '../../../app/ws/answers.ts';
import type { Answer } from '../../../app/memory/types.ts';

const whole: Answer = { text: 'one two', facts: [] };

/** A listener that writes down what it is told. */
function heard(): { told: string[]; listener: Listener } {
  const told: string[] = [];
  const listener: Listener = {
    delta: (text) => told.push(text),
    done: ({ text }) => told.push(`done: ${text}`),
    failed: () => told.push('failed'),
  };
  return { told, listener };
}

test('whoever joins in the middle, or after the end, hears the whole answer once', async () => {
  const { promise: half, resolve: goOn } = Promise.withResolvers<undefined>();
  const answer = new RunningAnswer(
    async function* () {
      yield 'one ';
      await half;
      yield 'two';
      return whole;
    },
    () => undefined,
  );
  const [early, middle, late] = [heard(), heard(), heard()];
  answer.join(early.listener);
  answer.begin();
  answer.begin();
  await Promise.resolve();
  await Promise.resolve();
  answer.join(middle.listener);
  goOn(undefined);
  await answer.ended;
  answer.join(late.listener);
  expect(early.told).toEqual(['one ', 'two', 'done: one two']);
  expect(middle.told.join('|')).toMatch(/^(one \|)two\|done: one two$/);
  expect(late.told).toEqual(['one two', 'done: one two']);
});

test('an answer that fails tells everybody, and its error is not theirs to see', async () => {
  const errors: unknown[] = [];
  const answer = new RunningAnswer(
    async function* () {
      throw new Error('the model is away');
    },
    (error) => errors.push(error),
  );
  const { told, listener } = heard();
  answer.join(listener);
  answer.begin();
  await answer.ended;
  expect(told).toEqual(['failed']);
  expect(errors).toHaveLength(1);
});
