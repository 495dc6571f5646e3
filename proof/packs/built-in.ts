import type { Pack } from '../checks/subject.ts';
import { chatPack } from './chat/pack.ts';
import { imagesPack } from './images/pack.ts';
import { mooringPack } from './mooring/pack.ts';
import { neo4jPack } from './neo4j/pack.ts';
import { redisPack } from './redis/pack.ts';

/** The packs of the built-in kind, its programs, and Mooring itself. */
export const builtInPacks: readonly Pack[] = [chatPack, redisPack, neo4jPack, imagesPack, mooringPack];
