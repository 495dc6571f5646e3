import type { Turn } from '../../contract/protocol.ts';

/** The same turns with each answer directly after the message it answers; otherwise in the order given. */
export function conversationOrder(turns: readonly Turn[]): Turn[] {
  const messages = new Set(turns.filter((turn) => turn.replyTo === undefined).map((turn) => turn.id));
  const answers = new Map<string, Turn[]>();
  const leading: Turn[] = [];
  for (const turn of turns) {
    if (turn.replyTo === undefined || !messages.has(turn.replyTo)) leading.push(turn);
    else answers.set(turn.replyTo, [...(answers.get(turn.replyTo) ?? []), turn]);
  }
  return leading.flatMap((turn) =>
    turn.replyTo === undefined ? [turn, ...(answers.get(turn.id) ?? [])] : [turn],
  );
}
