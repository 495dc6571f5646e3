import { readRegularBytes } from '../../charts-ts/read-file.ts';
import type { Redactor } from '../../model/redact.ts';
import type { Finding } from '../../proof/findings.ts';
import type { Fixes, Source } from '../../proof/fixes.ts';
import type { Doc } from '../../proof/source.ts';
import { note } from '../output.ts';
import { CommandError } from '../errors.ts';
import { diffOf } from './diff.ts';
import { mostMebibytes, standardInput } from './input.ts';
import { replaceFile } from './replace-file.ts';

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

/**
 * Writes the files that change; the text of standard input goes to standard output, changed or not.
 * @throws CommandError CANNOT_WRITE when one was changed since it was read, before anything is written, or cannot be
 * written.
 */
export function writeFixes(sources: readonly Source[], fixes: Fixes): void {
  const all = sources.map(({ file, text }, index) => ({
    file,
    text,
    now: fixes.sources[index]?.text ?? text,
  }));
  const files = all.filter(({ file, text, now }) => file !== standardInput && now !== text);
  refuseChanged(files);
  for (const { now } of all.filter(({ file }) => file === standardInput)) process.stdout.write(now);
  for (const { file, now } of files) {
    orCannotWrite(file, () => replaceFile(file, now));
    note(`Changed ${file}.`);
  }
  note(`Findings mended: ${fixes.fixed.length}.${againText(fixes)}`);
}

/** An edit of what was read would undo what others have written since. */
function refuseChanged(files: readonly Source[]): void {
  const changed = files.filter(
    ({ file, text }) =>
      !orCannotWrite(file, () => readRegularBytes(file, mostMebibytes)).equals(Buffer.from(text)),
  );
  if (changed.length === 0) return;
  const names = changed.map(({ file }) => file).join(', ');
  throw new CommandError(
    'CANNOT_WRITE',
    `Nothing was written: ${names} changed since it was read. Run it again.`,
  );
}

function orCannotWrite<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError('CANNOT_WRITE', `${file} cannot be written: ${reason}`);
  }
}

const againText = ({ overlapping }: Fixes): string =>
  overlapping.length === 0
    ? ''
    : ` ${overlapping.length} more would change the same text (${overlapping.map(({ code }) => code).join(', ')}): run it again afterwards.`;
