import { parseJson } from '../model/json.ts';
import { CheckFailed, HandshakeRefused, type ReachSocket } from '../model/reach.ts';
import type { CheckResult, StackCheck } from '../model/stack-kind.ts';
import type { ChatStack } from './document.ts';
import { problem } from './http.ts';
import { serverFrame, subprotocols } from './protocol.ts';
import { backendName } from './services/backend-ports.ts';
import { httpPaths } from './services/backend.ts';

/** A message and its answer. */
export interface ChatTurn {
  /** The pod that answered. */
  readonly pod: string;
  readonly question: string;
  readonly answer: string;
}

/** The patient of a chat, and with `spec.auth.mode: jwt` the patient's token. */
interface Speaker {
  readonly patient: string;
  readonly token?: string;
}

/** The check's own patient: its message is stored in this patient's memory only. */
const checkPatient = 'patient:mooring-apply';

const question = 'Is anybody there?';
const turnMs = 20_000;

/**
 * A chat stack works when a message sent over a WebSocket, as any client sends it, is acknowledged (stored) and
 * answered in full.
 */
export const chatCheck: StackCheck<ChatStack> = {
  through: { service: backendName, port: 'http' },
  what: 'a chat turn',
  earlierOption: 'no-chat',
  refusal: ({ spec }, token) => {
    if (spec.auth.mode !== 'jwt') return undefined;
    if (token === undefined)
      return 'The chat wants a token (spec.auth.mode is "jwt"), and success means that a chat was held. What is said in it is remembered of the patient the token belongs to.';
    return subjectOf(token) === undefined ? 'The token is no JWT with a patient as its "sub".' : undefined;
  },
  run: async (reach, { document, token }) => {
    const { patient, ...rest } = speakerOf(document, token);
    const path = httpPaths.chat
      .replace(':patient', encodeURIComponent(patient))
      .replace(':session', encodeURIComponent(`session:${crypto.randomUUID()}`));
    const protocols =
      rest.token === undefined ? [] : [subprotocols.chat, `${subprotocols.token}${rest.token}`];
    const socket = await reach
      .webSocket(chatCheck.through, { path, protocols, timeoutMs: turnMs })
      .catch((error: unknown) => {
        throw error instanceof HandshakeRefused ? refusedHandshake(error) : error;
      });
    try {
      return resultOf({ pod: socket.pod, question, answer: await converse(socket) });
    } finally {
      socket.close();
    }
  },
};

function resultOf(turn: ChatTurn): CheckResult {
  const { pod, answer } = turn;
  const beginning = answer.length > 80 ? `${answer.slice(0, 79)}…` : answer;
  return { says: `The chat answers in the cluster: "${beginning}" (pod ${pod}).`, data: { turn } };
}

/** @throws CheckFailed where the token names no patient, as `refusal` says beforehand. */
function speakerOf({ spec }: ChatStack, token: string | undefined): Speaker {
  if (spec.auth.mode !== 'jwt') return { patient: checkPatient };
  const patient = token === undefined ? undefined : subjectOf(token);
  if (token === undefined || patient === undefined)
    throw new CheckFailed('The chat wants a token with a patient as its "sub".', { final: true });
  return { patient, token };
}

/** The `sub` of a token. The backend verifies the token, not we. */
function subjectOf(token: string): string | undefined {
  const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  if (!/^[A-Za-z0-9+/]+$/.test(payload) || payload.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
  const claims = parseJson(new TextDecoder().decode(bytes)) as { sub?: unknown } | null | undefined;
  return typeof claims?.sub === 'string' && claims.sub !== '' ? claims.sub : undefined;
}

async function converse(socket: ReachSocket): Promise<string> {
  const id = crypto.randomUUID();
  let acknowledged = false;
  for await (const text of socket.messages) {
    const frame = serverFrame.safeParse(parseJson(text)).data;
    // A later version may have more frames.
    if (frame === undefined) continue;
    if (frame.type === 'welcome') socket.send(JSON.stringify({ type: 'message', id, text: question }));
    if (frame.type === 'error')
      throw new CheckFailed(`the chat answered ${frame.code}: ${frame.message}`, {
        final: frame.code === 'UNAUTHORIZED' || frame.code === 'FORBIDDEN',
      });
    if (frame.type === 'ack' && frame.id === id) acknowledged = true;
    if (frame.type === 'done' && frame.id === id) return answerIn(frame.text, acknowledged);
  }
  throw new CheckFailed('the chat closed the connection before it answered');
}

function answerIn(text: string, acknowledged: boolean): string {
  if (!acknowledged) throw new CheckFailed('the chat answered a message it never acknowledged as stored');
  if (text.trim() === '') throw new CheckFailed('the chat answered with nothing');
  return text;
}

function refusedHandshake({ status, body }: HandshakeRefused): CheckFailed {
  const parsed = problem.safeParse(parseJson(body));
  const why = parsed.success ? `${parsed.data.message} ${(parsed.data.reasons ?? []).join('; ')}`.trim() : '';
  return new CheckFailed(`the chat refused the handshake with ${status}${why ? `: ${why}` : ''}`, {
    final: status === 401 || status === 403,
  });
}
