import { expect, test } from 'vitest';
import { emergencyText, isEmergency } from '../../../app/memory/emergency.ts';
import { answerOf, openMemory } from './open-memory.ts';

for (const text of [
  'I have chest pain',
  'I’m having a heart attack',
  "Help, I can't breathe!",
  'I want to kill myself',
  'I feel suicidal.',
  'My husband is unconscious',
  'I took too many pills',
  'My throat is closing',
  'His face is drooping and his speech is slurred',
  'Chest pain right now. What is my allergy?',
  'My leg is bleeding heavily',
])
  test(`"${text}" is an emergency`, () => expect(isEmergency(text)).toBe(true));

for (const text of [
  'My father had a heart attack in 1990.',
  'I had chest pain last year.',
  'My grandfather died of a stroke.',
  'Peanuts make my throat swell.',
  'What did I say about my chest?',
  'I am afraid of choking.',
  'I have a cat.',
])
  test(`"${text}" is none`, () => expect(isEmergency(text)).toBe(false));

test("the text for emergencies stands above the answer, which is no model's, also while the search is away", async () => {
  const asked: string[] = [];
  const llm = {
    async *stream(): AsyncGenerator<string, void> {
      asked.push('asked');
      yield 'Relax.';
    },
  };
  const open = await openMemory({ llm });
  open.gates.qdrant = 'degraded';
  const scope = { patientId: 'p', sessionId: 's' };
  await open.memory.accept(scope, { id: 'm1', text: 'I have chest pain' });
  const { text, facts } = await answerOf(open.memory, scope, { id: 'm1', text: 'I have chest pain' });
  expect(text).toBe(`${emergencyText}\n\nNoted: “I have chest pain”`);
  expect({ facts, asked }).toEqual({ facts: [], asked: [] });
  await open.close();
});
