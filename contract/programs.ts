import { chatStack } from './chat-stack.ts';
import { isWorkload, type Stack, type Workload } from './model.ts';
import { backendFacts } from './programs/backend.ts';
import { neo4jFacts } from './programs/neo4j.ts';
import type { ProgramFacts } from './programs/program.ts';
import { qdrantFacts } from './programs/qdrant.ts';
import { redisFacts } from './programs/redis.ts';
import { repositoryOf } from './programs/repository.ts';
import { readChatStack } from './read-chat-stack.ts';

export type { Answers, Process, ProgramFacts } from './programs/program.ts';
export { repositoryOf } from './programs/repository.ts';

/** A program the contract describes: its service in the model, and how it reads its configuration. */
export interface Program {
  readonly service: Workload;
  readonly facts: ProgramFacts;
}

const facts = [redisFacts, neo4jFacts, qdrantFacts, backendFacts];

/** The programs of a stack that something is known of. */
export function programsOf(stack: Stack): Program[] {
  return stack.services.filter(isWorkload).flatMap((service) => {
    const known = facts.find(({ image }) => image === repositoryOf(service.container.image));
    return known ? [{ service, facts: known }] : [];
  });
}

/** The programs of the chat stack, whatever a document chooses about them. */
export const chatPrograms: readonly Program[] = programsOf(chatStack(readChatStack({}, 'the defaults')));
