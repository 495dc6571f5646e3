import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { codeInWords, explainCode, type CodeExplained } from '../../cli/explain/code.ts';
import { listedCodes, listInWords } from '../../cli/explain/codes.ts';
import { explain, explainCommand } from '../../cli/explain/explain.ts';
import { chatKind } from '../../contract/chat-kind.ts';
import { errorCodes, terminalCodes } from '../../model/errors.ts';
import { findingCodes } from '../../proof/codes.ts';
import { stackOf } from '../charts-ts/rendered.ts';
import { shopKind } from '../kinds/shop-kind.ts';

const tables = { ...findingCodes, ...errorCodes, ...terminalCodes };

/** What `mooring explain` prints. */
let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((part) => {
    printed += String(part);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const explained = (code: string): CodeExplained => {
  const found = explainCode([chatKind], code);
  if (!found) throw new Error(`${code} is in no table.`);
  return found;
};

describe('explain says of a code', () => {
  test.each(Object.entries(tables))('%s what it means, and what to do', (code, facts) => {
    const means = 'meaning' in facts ? facts.meaning : facts.means;
    const found = explained(code);
    expect(found).toMatchObject({ code, means });
    expect(found.fix).toMatch(/\S/);
    const words = codeInWords(found);
    expect(words).toContain(`${code}: ${means}\n`);
    expect(words).toContain(found.fix);
  });

  test('of a finding: severity, group, evidence, the example as it is, and what verify says of that', () => {
    const words = codeInWords(explained('PORT_NOT_SERVED'));
    expect(words).toMatch(/severity: +error\n +about: +Connections\n/);
    expect(words).toContain(findingCodes.PORT_NOT_SERVED.evidence);
    const example = readFileSync('proof/examples/PORT_NOT_SERVED.yaml', 'utf8').trimEnd();
    expect(words.replaceAll(/^ {4}/gm, '')).toContain(example);
    expect(words).toMatch(
      /PORT_NOT_SERVED\.yaml:10: error: .*\n[^]* fix: +In ORDERS_URL, change the port to 80/,
    );
  });

  test('of an error: its exit code, and its HTTP status where a server answers with it', () => {
    expect(codeInWords(explained('NOT_READY'))).toMatch(/exit code: +75\n +HTTP status: +503\n/);
    expect(codeInWords(explained('CLUSTER_AWAY'))).toMatch(/exit code: +69\n +what to do:/);
  });

  test('of a finding about a program that the kinds do not know: the example alone', () => {
    const found = explainCode([shopKind], 'WRONG_PORT');
    expect(found).toMatchObject({ finding: null, example: expect.stringContaining('qdrant') as string });
    expect(found && codeInWords(found)).not.toContain('verify says');
  });
});

test('a code is explained without a document, even beside one that is wrong', async () => {
  await explainCommand([chatKind], 'PORT_NOT_SERVED', { file: 'nowhere.yaml', output: 'json' });
  const [found] = JSON.parse(printed) as CodeExplained[];
  expect(found).toMatchObject({
    kind: 'finding',
    severity: 'error',
    finding: { code: 'PORT_NOT_SERVED', here: { line: 10 } },
  });
});

test('without a name, every code of every table is listed once, by its group', async () => {
  await explainCommand([chatKind], undefined, {});
  expect(printed).toBe(`${listInWords()}\n`);
  expect(
    listedCodes()
      .map(({ code }) => code)
      .sort(),
  ).toEqual(Object.keys(tables).sort());
  expect(printed).toMatch(/^Connections:\n {2}CONTAINER_PORT +error +A container/);
  expect(printed).toMatch(/^How commands end:\n {2}DIFFERENT +exit 1 +What was compared/m);
});

test('a code that is misspelt is told with the nearest one', () => {
  const subject = { kind: chatKind, stack: stackOf() };
  expect(() => explain(subject, 'PORT_NOT_SERVD')).toThrow('Did you mean PORT_NOT_SERVED?');
  expect(() => explain(subject, 'cluster_awy')).toThrow('Did you mean CLUSTER_AWAY?');
});
