import { expect, test } from 'vitest';
import type { Text } from '../../../app/meaning/embedder.ts';
import { EmbeddingQueue, EmbeddingsBusyError } from '../../../app/meaning/embedding-queue.ts';

const told = (text: string, patientId: string): Text => ({ text, patientId, isQuestion: false });
const asked = (text: string, patientId: string): Text => ({ text, patientId, isQuestion: true });

const order = (queue: EmbeddingQueue): string[] => {
  const texts: string[] = [];
  for (let turn = queue.next(); turn; turn = queue.next()) {
    texts.push(turn.text.text);
    turn.resolve({ vector: new Float32Array(), language: '' });
  }
  return texts;
};

test('questions go first, and patients take turns', async () => {
  const queue = new EmbeddingQueue(10);
  const all = [
    queue.add(told('a1', 'a')),
    queue.add(told('a2', 'a')),
    queue.add(told('a3', 'a')),
    queue.add(told('b1', 'b')),
    queue.add(asked('what?', 'c')),
  ];
  expect(queue.waiting).toBe(5);
  expect(order(queue)).toEqual(['what?', 'a1', 'b1', 'a2', 'a3']);
  await Promise.all(all);
});

test('the questions of a long message hold up no question of another patient', async () => {
  const queue = new EmbeddingQueue(10);
  const all = [asked('a1', 'a'), asked('a2', 'a'), asked('a3', 'a'), asked('b1', 'b')].map((text) =>
    queue.add(text),
  );
  expect(order(queue)).toEqual(['a1', 'b1', 'a2', 'a3']);
  await Promise.all(all);
});

test('a text that waits is embedded once, and a question does not wait for its turn', async () => {
  const queue = new EmbeddingQueue(10);
  const all = [queue.add(told('same', 'a')), queue.add(told('same', 'b')), queue.add(asked('same', 'c'))];
  expect(order(queue)).toEqual(['same', 'same']);
  await Promise.all(all);
  void queue.add(told('same', 'a'));
  expect(order(queue), 'once more when it is done').toEqual(['same']);
});

test('too many are refused in words; a question never is', async () => {
  const queue = new EmbeddingQueue(1);
  const first = queue.add(told('one', 'a'));
  await expect(queue.add(told('two', 'b'))).rejects.toThrow(EmbeddingsBusyError);
  const question = queue.add(asked('what?', 'b'));
  expect(order(queue)).toEqual(['what?', 'one']);
  await Promise.all([first, question]);
});
