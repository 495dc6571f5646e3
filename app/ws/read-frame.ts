import { parseJson } from '../../model/json.ts';
import { clientFrame, type ClientFrame } from '../../contract/protocol.ts';

/** A frame, or why it is refused, for its sender; `id` when the refused frame has one. */
export type ReadFrame =
  | { readonly ok: true; readonly frame: ClientFrame }
  | { readonly ok: false; readonly message: string; readonly id?: string };

export function readFrame(text: string): ReadFrame {
  const document = parseJson(text);
  if (document === undefined) return { ok: false, message: 'The frame is no JSON.' };
  const result = clientFrame.safeParse(document);
  if (result.success) return { ok: true, frame: result.data };
  const issue = result.error.issues[0];
  const where = issue && issue.path.length > 0 ? issue.path.join('.') : 'the frame';
  const id = idOf(document);
  return {
    ok: false,
    message: `Wrong at ${where}: ${issue?.message ?? 'malformed'}. Expected {"type":"message","id":…,"text":…}, {"type":"stop","id":…} or {"type":"ping"}.`,
    ...(id === undefined ? {} : { id }),
  };
}

/** The id of the message that a frame is about, whatever else is wrong with it. */
export const idIn = (text: string): string | undefined => idOf(parseJson(text));

function idOf(document: unknown): string | undefined {
  if (document === null || typeof document !== 'object' || !('id' in document)) return undefined;
  return typeof document.id === 'string' ? document.id : undefined;
}
