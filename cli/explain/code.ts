import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kinds } from '../../model/kinds.ts';
import { findingText, type Finding } from '../../proof/findings.ts';
import { knowledgeOf } from '../../proof/knowledge.ts';
import { packsOf } from '../../proof/packs/built-in.ts';
import { readDocuments } from '../../proof/source.ts';
import { verify } from '../../proof/verify.ts';
import { asCalled } from '../called-as.ts';
import { packageRoot } from '../package-root.ts';
import {
  errorFacts,
  errorListed,
  findingFacts,
  findingListed,
  type ErrorCodeListed,
  type FindingCodeListed,
} from './codes.ts';
import { rows } from './words.ts';

interface FindingCodeExplained extends FindingCodeListed {
  /** What in the manifests alone shows it. */
  readonly evidence: string;
  /** Manifests that give it; null where none do. */
  readonly example: string | null;
  /** What verify says of the example; null where there is none, or the kinds do not know the program in it. */
  readonly finding: Finding | null;
  /** What to do; in the example, where there is one. */
  readonly fix: string | null;
}

interface ErrorCodeExplained extends ErrorCodeListed {
  readonly fix: string;
}

export type CodeExplained = FindingCodeExplained | ErrorCodeExplained;

/** Everything known of a code; `undefined` where no table has it. */
export function explainCode(kinds: Kinds, code: string): CodeExplained | undefined {
  const error = errorFacts(code);
  if (error) return { ...errorListed(code, error), fix: asCalled(error.fix) };
  const facts = findingFacts(code);
  if (!facts) return undefined;
  const { evidence } = facts;
  const file = join(packageRoot, 'proof/examples', `${code}.yaml`);
  const example = existsSync(file) ? readFileSync(file, 'utf8') : null;
  const found = example === null ? [] : findingsIn(kinds, `${code}.yaml`, example);
  const finding = found.find((one) => one.code === code) ?? null;
  const fix = facts.fix ?? finding?.fix ?? null;
  return { ...findingListed(code, facts), evidence, example, finding, fix };
}

const findingsIn = (kinds: Kinds, file: string, text: string): Finding[] =>
  verify(readDocuments(file, text), knowledgeOf(kinds), packsOf(kinds)).map((one) => ({
    ...one,
    edits: undefined,
  }));

/** The same as text: what is known, the example, and what verify says of it, the fix included. */
export function codeInWords(code: CodeExplained): string {
  const title = `${code.code}: ${code.means}`;
  if (code.kind === 'error')
    return rows(
      title,
      ['about', code.group],
      ['exit code', String(code.exit)],
      ['HTTP status', code.http === null ? null : String(code.http)],
      ['what to do', code.fix],
    );
  const { severity, group, evidence, example, finding, fix } = code;
  const told = rows(
    title,
    ['severity', severity],
    ['about', group],
    ['what shows it', evidence],
    ['what to do', finding ? null : fix],
  );
  return [
    told,
    ...(example === null ? [] : ['For example:', indented(example)]),
    ...(finding ? ['verify says of it:', indented(findingText(finding))] : []),
  ].join('\n\n');
}

const indented = (text: string): string => text.trimEnd().replaceAll(/^(?=.)/gm, '    ');
