import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';
import { masked, type Redactor } from '../../model/redact.ts';
import { leavesOf, shownAt } from '../../proof/redact.ts';
import { readDocuments, valueAt, type Doc, type Path } from '../../proof/source.ts';
import { pathFrom } from './paths.ts';

/** A file before and after its edits. */
interface Changed {
  readonly file: string;
  readonly before: string;
  readonly after: string;
}

/** What changes in a file as a unified diff, empty where nothing does; and whether it hides a secret. */
export function diffOf(
  { file, before, after }: Changed,
  docs: readonly Doc[],
  redactor: Redactor,
): { readonly text: string; readonly isMasked: boolean } {
  if (before === after) return { text: '', isMasked: false };
  // As git apply finds it from here; a file elsewhere as it does from the root.
  const path = pathFrom(process.cwd(), file).replace(/^\//, '');
  const patch = structuredPatch(`a/${path}`, `b/${path}`, before, after);
  const hidden = {
    before: secretLines(docs, redactor),
    after: secretLines(readDocuments(file, after), redactor),
  };
  let isMasked = false;
  const hunks = patch.hunks.map((hunk) => {
    const at = { before: hunk.oldStart, after: hunk.newStart };
    const lines = hunk.lines.map((line) => {
      const [isOld, isNew] = [!line.startsWith('+'), !line.startsWith('-')];
      if (line.startsWith('\\')) return line;
      const isSecret = (isOld && hidden.before.has(at.before)) || (isNew && hidden.after.has(at.after));
      if (isOld) at.before += 1;
      if (isNew) at.after += 1;
      isMasked ||= isSecret;
      return isSecret ? line.replace(/^(. *)(.*)$/s, `$1${masked}`) : line;
    });
    return { ...hunk, lines };
  });
  return { text: formatPatch({ ...patch, hunks }, FILE_HEADERS_ONLY), isMasked };
}

/** The lines that hold what is not to be shown. */
function secretLines(docs: readonly Doc[], redactor: Redactor): ReadonlySet<number> {
  const found = new Set<number>();
  for (const doc of docs)
    for (const [path, value] of leavesOf(doc.value))
      if (shownAt({ doc, path }, redactor) !== String(value) && !isIdentity(doc, path)) {
        const last = doc.lastLineOf?.(path) ?? doc.lineOf(path);
        for (let line = doc.lineOf(path); line <= last; line++) found.add(line);
      }
  return found;
}

/** Of a Secret, what it is called and what it is for is no secret; its annotations may hold a copy of all. */
const isIdentity = ({ value }: Doc, [field, inner]: Path): boolean =>
  valueAt(value, ['kind']) === 'Secret' &&
  (field === 'metadata'
    ? inner !== 'annotations'
    : ['apiVersion', 'kind', 'type', 'immutable'].includes(String(field)));
