import type { Pack } from '../../checks/subject.ts';
import { renamedSettings } from './renamed-settings.ts';

/** What is known of Neo4j's versions. */
export const neo4jPack: Pack = { checks: [renamedSettings] };
