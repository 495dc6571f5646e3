import { readDocument } from '../model/read-document.ts';
import { chatStackSchema, type ChatStack } from './document.ts';

/** A ChatStack from the value a YAML or JSON parser returned. Throws as `readDocument` does. */
export const readChatStack = (document: unknown, source: string): ChatStack =>
  readDocument(chatStackSchema, document, source);
