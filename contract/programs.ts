import { programsOf, type Program, type ProgramFacts } from '../model/program.ts';
import { chatStack } from './chat-stack.ts';
import { backendFacts } from './programs/backend.ts';
import { neo4jFacts } from './programs/neo4j.ts';
import { qdrantFacts } from './programs/qdrant.ts';
import { redisFacts } from './programs/redis.ts';
import { readChatStack } from './read-chat-stack.ts';

/** What is known of the programs of the chat stack's images. */
export const chatProgramFacts: readonly ProgramFacts[] = [redisFacts, neo4jFacts, qdrantFacts, backendFacts];

/** The programs of the chat stack, whatever a document chooses about them. */
export const chatPrograms: readonly Program[] = programsOf(
  chatStack(readChatStack({}, 'the defaults')),
  chatProgramFacts,
);
