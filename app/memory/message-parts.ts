import { sentences } from './extract/sentences.ts';
import { statements } from './extract/statements.ts';

const asks =
  /[?？]["”')\s]*$|^(?:(?:please|and|so|ok(?:ay)?|well|now|hi|hello|hey|then)[\s,]+)*(?:who|whom|whose|what|which|when|where|why|how|tell|remind|show|list|do you|can you|could you|i(?:'d like| want) to know|i wonder|i forgot|i(?:'ve| have) forgotten)\b/i;

/** The statements and questions of a message. */
export interface MessageParts {
  readonly statements: readonly string[];
  readonly questions: readonly string[];
}

export function messageParts(text: string): MessageParts {
  const stated = statements(text);
  const questions = sentences(text)
    .filter((sentence) => asks.test(sentence))
    // The statement at the start of a sentence is not part of its question.
    .map((sentence) =>
      stated.reduce((rest, part) => (rest === part ? rest : rest.replace(part, '')), sentence),
    )
    .map((sentence) => sentence.replace(/^[\s,;:–—-]+/, ''))
    .filter((sentence) => sentence !== '' && !stated.includes(sentence));
  return { statements: stated, questions };
}
