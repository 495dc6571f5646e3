import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';
import { liveFindings } from '../../cli/verify/live.ts';
import { findingCodes, type FindingCode, type FindingCodeFacts } from '../../proof/codes.ts';
import type { Finding } from '../../proof/findings.ts';
import { readDocuments } from '../../proof/source.ts';
import { verify } from '../../proof/verify.ts';
import { chatKnowledge, verifyChat } from './known.ts';

const folder = 'proof/examples';
const facts: readonly (readonly [FindingCode, FindingCodeFacts])[] = Object.entries(findingCodes).map(
  ([code, one]) => [code as FindingCode, one],
);
const fileOf = (code: FindingCode): string => `${folder}/${code}.yaml`;

/** How the findings come about that no manifest gives. */
type Unwritten = {
  [C in FindingCode]: (typeof findingCodes)[C] extends { fix: string } ? C : never;
}[FindingCode];
const unwritten: Readonly<Record<Unwritten, () => Finding[]>> = {
  CHECK_FAILED: () =>
    verify(readDocuments('a.yaml', readFileSync(fileOf('NAME'), 'utf8')), chatKnowledge, [
      {
        checks: [
          function broken(): never {
            throw new Error('a fault of its own');
          },
        ],
      },
    ]),
  LIVE_UNREAD: () => liveFindings('shop', { unread: ['Secret'] }, []),
};

describe('the example of a code gives one finding, of that code, as severe as the code is', () => {
  test.each(facts.filter(([, { fix }]) => fix === undefined))('%s', (code, { severity }) => {
    expect(existsSync(fileOf(code)), `there is no ${fileOf(code)}`).toBe(true);
    const found = verifyChat(readDocuments(fileOf(code), readFileSync(fileOf(code), 'utf8')));
    expect(found.map((one) => [one.code, one.severity])).toEqual([[code, severity]]);
  });
});

test.each(Object.entries(unwritten))(
  '%s, which no manifest gives, has no example, and says what its finding says is to be done',
  (name, found) => {
    const code = name as Unwritten;
    const { severity, fix } = findingCodes[code];
    expect(existsSync(fileOf(code))).toBe(false);
    expect(found()).toContainEqual(expect.objectContaining({ code, severity, fix }));
  },
);

test('every example is that of a code', () => {
  const codes = globSync(`${folder}/*`).map((file) => basename(file, '.yaml'));
  expect(codes.filter((code) => !Object.hasOwn(findingCodes, code))).toEqual([]);
});

test('an example is short, and every code says in one sentence what shows it', () => {
  for (const [code, { evidence }] of facts) {
    expect(evidence, code).toMatch(/^[A-Z][^\n]*\.$/);
    const text = existsSync(fileOf(code)) ? readFileSync(fileOf(code), 'utf8') : '';
    expect(text.split('\n').length, code).toBeLessThanOrEqual(50);
  }
});
