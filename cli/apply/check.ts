import { readRegularFile, readStandardInput } from '../../charts-ts/read-file.ts';
import type { KnownDocument } from '../../model/kinds.ts';
import { bindCheck, type BoundCheck } from '../../deploy/rollout/stack-check.ts';
import { CommandError } from '../errors.ts';

const tokenHint =
  'Give a file with a token: --token-file <path> ("-" for standard input), or skip the check: --no-check.';

/**
 * The check of a document's kind, with the token it is to use; `default` where the kind has none of its own.
 * @throws CommandError USAGE when it cannot be run with that token, before anything is changed; NO_SUCH_FILE when the
 * token cannot be read.
 */
export function checkOf(
  { kind, document }: Pick<KnownDocument, 'kind' | 'document'>,
  tokenFile: string | undefined,
): BoundCheck | 'default' {
  const { check } = kind;
  if (!check) return 'default';
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  const refusal = check.refusal(document, token);
  if (refusal !== undefined) throw new CommandError('USAGE', `${refusal} ${tokenHint}`);
  const stack = kind.stack(document);
  return bindCheck(check, { document, stack, ...(token === undefined ? {} : { token }) });
}

function readToken(path: string): string {
  try {
    return (path === '-' ? readStandardInput(1) : readRegularFile(path, 1)).trim();
  } catch (error) {
    throw new CommandError(
      'NO_SUCH_FILE',
      `The token cannot be read from ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
