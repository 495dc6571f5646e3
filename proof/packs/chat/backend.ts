import { backendFacts } from '../../../contract/programs/backend.ts';
import type { Program } from '../../../model/program.ts';

/** Whether a program is the chat's backend. Another stack may have a service of that name. */
export const isBackend = ({ facts }: Program): boolean => facts === backendFacts;
