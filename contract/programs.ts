import { programsOf, type Program } from '../model/program.ts';
import type { ProgramFacts } from '../model/program.ts';
import { defaultStack } from './default-stack.ts';
import { backendFacts } from './programs/backend.ts';
import { neo4jFacts } from './programs/neo4j.ts';
import { qdrantFacts } from './programs/qdrant.ts';
import { redisFacts } from './programs/redis.ts';

/** What is known of the programs of the chat stack's images. */
export const chatProgramFacts: readonly ProgramFacts[] = [redisFacts, neo4jFacts, qdrantFacts, backendFacts];

/** The programs of the chat stack, whatever a document chooses about them. */
export const chatPrograms: readonly Program[] = programsOf(defaultStack, chatProgramFacts);
