import type { StackKind } from '../../model/stack-kind.ts';
import type { Finding } from '../findings.ts';
import type { Source } from '../fixes.ts';
import { knowledgeOf } from '../knowledge.ts';
import { readDocuments } from '../source.ts';
import { verify } from '../verify.ts';
import { packsOf } from './built-in.ts';

/**
 * Every contradiction in texts of manifests, sorted by file and line, with what is built in and what `kinds` know.
 * @param kubernetes the release whose schema the objects must have; absent: the newest that is known.
 * @throws UnreadableError when a text is no YAML.
 */
export function verifyManifests(
  sources: readonly Source[],
  kinds: readonly StackKind[] = [],
  kubernetes?: string,
): Finding[] {
  const docs = sources.flatMap(({ file, text }) => readDocuments(file, text));
  return verify(docs, knowledgeOf(kinds), packsOf(kinds), kubernetes);
}
