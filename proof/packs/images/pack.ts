import type { Pack } from '../../checks/subject.ts';
import { imageLinks } from './image-links.ts';
import { imageScratch } from './image-scratch.ts';
import { schemes } from './schemes.ts';
import type { WellKnownImage } from './well-known.ts';

/** What is known of images that people run beside their own. */
export const imagesPack = (images: readonly WellKnownImage[]): Pack => ({
  checks: [imageLinks(images), imageScratch(images), schemes(images)],
});
