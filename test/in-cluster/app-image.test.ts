import { expect, test } from 'vitest';
import { buildImages } from '../images/build-images.ts';
import { orSkip } from '../servers/or-skip.ts';

/** 104 MB are the embedding models, 47 MB their runtime. */
const mostMb = 171;

test('the image of the app is at most 20 MB larger than its base and the embedding models', (context) =>
  orSkip(context, async () => {
    const { appBytes, baseBytes } = await buildImages();
    expect((appBytes - baseBytes) / 1e6).toBeGreaterThan(0);
    expect((appBytes - baseBytes) / 1e6).toBeLessThanOrEqual(mostMb);
  }));
