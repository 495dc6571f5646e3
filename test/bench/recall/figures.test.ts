import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { figuresOf } from './figures.ts';
import { readConversations } from './locomo.ts';

test('any counts a question with one right turn, all one with every right turn', () => {
  const found = Array.from({ length: 12 }, (_, at) => `t${at}`);
  const samples = [
    { evidence: ['t1', 't11'], found, ms: 4 },
    { evidence: ['t7'], found, ms: 2 },
  ];
  expect(figuresOf(samples)).toEqual({
    ...{ questions: 2, any5: 0.5, any10: 1, all5: 0, all10: 0.5, all20: 1 },
    ...{ p50Ms: 2, p95Ms: 2 },
  });
});

test('a conversation is read in the order of its sessions, with speaker and caption or bare', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mooring-locomo-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'data.json');
  const turn = (dia_id: string, text: string) => ({ speaker: 'Ana', dia_id, text });
  const conversation = {
    speaker_a: 'Ana',
    session_10: [turn('D10:1', 'Later.')],
    session_2: [{ ...turn('D2:1', 'Look!'), blip_caption: 'a cat' }],
    session_2_date_time: 'noon',
  };
  const qa = [
    { question: 'What did Ana show?', evidence: ['D2:1; D10:1'] },
    { question: 'Of nothing?', evidence: [] },
  ];
  writeFileSync(file, JSON.stringify([{ conversation, qa }]));
  const [full] = readConversations(file, false);
  expect(full?.turns).toEqual([
    { id: 'D2:1', text: 'Ana: Look! (a cat)' },
    { id: 'D10:1', text: 'Ana: Later.' },
  ]);
  expect(full?.questions).toEqual([{ text: 'What did Ana show?', evidence: ['D2:1', 'D10:1'] }]);
  expect(readConversations(file, true)[0]?.turns[0]?.text).toBe('Look!');
});
