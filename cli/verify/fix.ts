import { writeFileSync } from 'node:fs';
import type { Redactor } from '../../model/redact.ts';
import type { Finding } from '../../proof/findings.ts';
import type { Fixes, Source } from '../../proof/fixes.ts';
import type { Doc } from '../../proof/source.ts';
import { note } from '../output.ts';
import { diffOf } from './diff.ts';
import { standardInput } from './input.ts';

interface Fixable {
  readonly sources: readonly Source[];
  readonly docs: readonly Doc[];
  readonly findings: readonly Finding[];
  readonly fixes: Fixes;
}

/** Prints the fixes as one unified diff, and to standard error how many findings they mend. */
export function printFixes({ sources, docs, findings, fixes }: Fixable, redactor: Redactor): void {
  const diffs = sources.map(({ file, text }, index) =>
    diffOf(
      { file, before: text, after: fixes.sources[index]?.text ?? text },
      docs.filter((doc) => doc.file === file),
      redactor,
    ),
  );
  process.stdout.write(diffs.map(({ text }) => text).join(''));
  note(
    `Findings that can be mended without a decision: ${fixes.fixed.length} of ${findings.length}.${againText(fixes)}`,
  );
  if (diffs.some(({ isMasked }) => isMasked))
    note('Lines with a secret are masked: this diff does not apply there. --fix --write changes the files.');
}

/** Writes the files that change; the text of standard input goes to standard output, changed or not. */
export function writeFixes(sources: readonly Source[], fixes: Fixes): void {
  for (const [index, { file, text }] of sources.entries()) {
    const now = fixes.sources[index]?.text ?? text;
    if (file === standardInput) process.stdout.write(now);
    else if (now !== text) {
      writeFileSync(file, now);
      note(`Changed ${file}.`);
    }
  }
  note(`Findings mended: ${fixes.fixed.length}.${againText(fixes)}`);
}

const againText = ({ overlapping }: Fixes): string =>
  overlapping.length === 0
    ? ''
    : ` ${overlapping.length} more would change the same text (${overlapping.map(({ code }) => code).join(', ')}): run it again afterwards.`;
