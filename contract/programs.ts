import type { ProgramFacts } from '../model/program.ts';
import { backendFacts } from './programs/backend.ts';
import { neo4jFacts } from './programs/neo4j.ts';
import { qdrantFacts } from './programs/qdrant.ts';
import { redisFacts } from './programs/redis.ts';

/** Facts about the programs of the chat stack's images. */
export const chatProgramFacts: readonly ProgramFacts[] = [redisFacts, neo4jFacts, qdrantFacts, backendFacts];
