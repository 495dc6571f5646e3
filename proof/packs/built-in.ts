import type { Pack } from '../checks/subject.ts';
import { chatPack } from './chat/pack.ts';
import { storeImages } from './chat/store-images.ts';
import { imagesPack } from './images/pack.ts';
import { wellKnownImages } from './images/well-known.ts';
import { mooringPack } from './mooring/pack.ts';
import { redisPack } from './redis/pack.ts';

/** The packs of the built-in kind, its programs, and Mooring itself. */
export const builtInPacks: readonly Pack[] = [
  chatPack,
  redisPack,
  imagesPack([...wellKnownImages, ...storeImages]),
  mooringPack,
];
