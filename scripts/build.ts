import { rm } from 'node:fs/promises';
import { buildApp } from './build-app.ts';
import { buildPage } from './build-page.ts';

/** Bundles the app, `build/app/main.js` and what it loads, and builds the page it serves: all the image needs. */
// Chunks are named by their content, so those of an earlier build would stay.
await rm('build/app', { recursive: true, force: true });
await Promise.all([buildApp('build/app'), buildPage()]);
