import type { Pack } from '../../checks/subject.ts';
import { grace } from './grace.ts';
import { chatRoutes } from './routes.ts';

/** What is known of the chat beyond its model: the paths a browser needs, and how long its backend takes to stop. */
export const chatPack: Pack = { checks: [chatRoutes, grace] };
