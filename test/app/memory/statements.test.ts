import { expect, test } from 'vitest';
import { factsOf } from '../../../app/memory/extract/facts.ts';
import { statements } from '../../../app/memory/extract/statements.ts';

const states: readonly (readonly [what: string, text: string, stated: readonly string[]])[] = [
  ['a sentence', 'My cat is called Milo.', ['My cat is called Milo.']],
  ['several sentences', 'I live in Leeds. I work in York!', ['I live in Leeds.', 'I work in York!']],
  ['a sentence without a full stop', 'I live in Leeds', ['I live in Leeds']],
  ['lines', 'I live in Leeds\nI work in York', ['I live in Leeds', 'I work in York']],
  ['a title', 'My GP is Dr. Smith. She is kind.', ['My GP is Dr. Smith.', 'She is kind.']],
  [
    'units',
    'I take 20 mg. of lisinopril at 8 a.m. every day.',
    ['I take 20 mg. of lisinopril at 8 a.m. every day.'],
  ],
  ['a unit at the end', 'I weigh 80 kg. My height is 1.80 m.', ['I weigh 80 kg.', 'My height is 1.80 m.']],
  ['decimals', 'I take 2.5 mg.', ['I take 2.5 mg.']],
  ['an initial', 'My name is John F. Kennedy.', ['My name is John F. Kennedy.']],
  ['a quotation', 'He said "I am fine. Go away." and left.', ['He said "I am fine. Go away." and left.']],
  ['what stands behind a greeting', 'Hi again! I moved to Ljubljana.', ['I moved to Ljubljana.']],
  ['what stands behind thanks', 'Thanks, I live in York now.', ['I live in York now.']],
  ['a correction', 'No, my sister is called Anna.', ['my sister is called Anna.']],
  ['what is to be remembered', 'Remember that my locker is 212.', ['my locker is 212.']],
  ['what is asked to be remembered', 'Can you remember that I like tea?', ['I like tea']],
  ['a note', 'Note: I am allergic to nuts', ['I am allergic to nuts']],
  ['what stands before a question', 'I have a cat, what does it eat?', ['I have a cat']],
  ['what stands beside a question', 'I have a cat. What is its name?', ['I have a cat.']],
  [
    'a sentence that begins like a question',
    'When I eat nuts, my throat swells.',
    ['When I eat nuts, my throat swells.'],
  ],
];
for (const [what, text, stated] of states)
  test(`a message states ${what}: ${text.replaceAll('\n', ' ⏎ ')}`, () =>
    expect(statements(text)).toEqual(stated));

for (const text of [
  'Hello!',
  'Good morning, how are you?',
  'Thank you very much.',
  'What is my name?',
  'what is my name',
  'Do you know my name?',
  'Tell me the alarm code, please.',
  'Please be brief.',
  'OK, great.',
  'Yes.',
  '?!',
  '👍',
])
  test(`"${text}" states nothing`, () => expect(statements(text)).toEqual([]));

test('the same message has the same facts with the same ids; another message, session or patient has others', () => {
  const said = {
    patientId: 'p',
    sessionId: 's',
    id: 'm1',
    text: 'I have a cat.',
    recordedAt: '2026-11-23T09:00:00.000Z',
  };
  const [fact] = factsOf(said);
  expect(fact).toMatchObject({
    patientId: 'p',
    text: 'I have a cat.',
    sourceId: 'm1',
    recordedAt: said.recordedAt,
  });
  expect(factsOf({ ...said, recordedAt: '2026-11-24T09:00:00.000Z' })[0]?.id).toBe(fact?.id);
  const others = [{ id: 'm2' }, { sessionId: 'other' }, { patientId: 'other' }, { text: 'I have a dog.' }];
  const ids = others.map((other) => factsOf({ ...said, ...other })[0]?.id);
  expect(new Set([fact?.id, ...ids]).size).toBe(5);
});

test('a sentence that is said twice in one message is one fact', () => {
  const said = { patientId: 'p', sessionId: 's', id: 'm1', text: 'I am tired. I am tired.', recordedAt: '' };
  expect(factsOf(said)).toHaveLength(1);
});
