import type { Pack } from '../../checks/subject.ts';
import { grace } from './grace.ts';
import { renamedSettings } from './renamed-settings.ts';
import { chatRoutes } from './routes.ts';
import { storeClients, storeImages, storeSchemes } from './store-images.ts';

/**
 * What is known of the chat beyond its model: the paths a browser needs, how long its backend takes to stop, and what
 * releases of its stores renamed; and the images, schemes and clients of its stores.
 */
export const chatPack: Pack = {
  checks: [chatRoutes, grace, renamedSettings],
  images: storeImages,
  schemes: storeSchemes,
  clients: storeClients,
};
