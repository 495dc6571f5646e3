import { chatKind } from '../../contract/chat-kind.ts';
import { redactorFor } from '../../model/redact.ts';
import type { Finding, Fault } from '../../proof/findings.ts';
import { knowledgeOf } from '../../proof/knowledge.ts';
import { builtInPacks } from '../../proof/packs/built-in.ts';
import type { Doc } from '../../proof/source.ts';
import { faultsOf, variablesIn, verify } from '../../proof/verify.ts';

/** What the built-in kind knows. */
export const chatKnowledge = knowledgeOf([chatKind]);

/** `mooring verify`, as the CLI runs it with its built-in kind. */
export const verifyChat = (docs: readonly Doc[]): Finding[] => verify(docs, chatKnowledge, builtInPacks);
export const chatFaults = (docs: readonly Doc[]): Fault[] => faultsOf(docs, chatKnowledge, builtInPacks);

/** The redactor of its findings. */
export const chatRedactor = redactorFor(variablesIn(chatKnowledge));
