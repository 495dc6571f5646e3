import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Conversations in LoCoMo's format: turns with ids, and questions with the turns that answer them. */

const turnSchema = z.object({
  speaker: z.string(),
  dia_id: z.string(),
  text: z.string(),
  blip_caption: z.string().optional(),
});
const fileSchema = z.array(
  z.object({
    conversation: z.record(z.string(), z.unknown()),
    qa: z.array(z.object({ question: z.string(), evidence: z.array(z.string()).default([]) })),
  }),
);

export interface Conversation {
  readonly turns: readonly { readonly id: string; readonly text: string }[];
  readonly questions: readonly { readonly text: string; readonly evidence: readonly string[] }[];
}

/** @param isBare without who speaks, and without what a picture shows. */
export function readConversations(file: string, isBare: boolean): Conversation[] {
  return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).map(({ conversation, qa }) => {
    const turns = Object.entries(conversation)
      .filter(([name]) => /^session_\d+$/.test(name))
      .toSorted(([a], [b]) => Number(a.slice(8)) - Number(b.slice(8)))
      .flatMap(([, session]) => z.array(turnSchema).parse(session))
      .map(({ speaker, dia_id: id, text, blip_caption: caption }) => ({
        id,
        text: isBare ? text : `${speaker}: ${text}${caption === undefined ? '' : ` (${caption})`}`,
      }));
    const known = new Set(turns.map(({ id }) => id));
    const questions = qa.map(({ question, evidence }) => ({
      text: question,
      evidence: evidence.flatMap((ids) => ids.split(/[;,\s]+/)).filter((id) => known.has(id)),
    }));
    return { turns, questions: questions.filter(({ evidence }) => evidence.length > 0) };
  });
}
