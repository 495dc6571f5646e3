import { readRegularFile } from '../../charts-ts/read-file.ts';
import { readFileSync } from 'node:fs';
import type { Speaker } from '../../contract/chat-turn.ts';
import type { ChatStack } from '../../contract/document.ts';
import { CommandError } from '../fail.ts';

/** Nobody's name: what the proof says stays in this patient's memory, and in nobody else's. */
const nobody = 'patient:mooring-apply';

/**
 * Who holds the chat that proves the stack.
 * @throws CommandError USAGE when the stack wants a token and none was given; NO_SUCH_FILE when it cannot be read.
 */
export function speakerOf(document: ChatStack, tokenFile: string | undefined): Speaker {
  if (document.spec.auth.mode !== 'jwt') return { patient: nobody };
  if (tokenFile === undefined)
    throw new CommandError(
      'USAGE',
      'The chat wants a token (spec.auth.mode is "jwt"), and apply ends in success only after a chat. Give a file with one: --token-file <path> ("-" for standard input); what is said is remembered of the patient the token belongs to. Or be content with ready pods: --no-chat.',
    );
  const token = readToken(tokenFile);
  return { patient: subjectOf(token), token };
}

function readToken(path: string): string {
  try {
    return (path === '-' ? readFileSync(0, 'utf8') : readRegularFile(path, 1)).trim();
  } catch (error) {
    throw new CommandError(
      'NO_SUCH_FILE',
      `The token cannot be read from ${path}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Whose token it is; the backend verifies it, here only the name is read. */
function subjectOf(token: string): string {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      sub?: unknown;
    };
    if (typeof claims.sub === 'string' && claims.sub !== '') return claims.sub;
  } catch {
    // Said below.
  }
  throw new CommandError('USAGE', 'What --token-file holds is no JWT with a patient as its "sub".');
}
