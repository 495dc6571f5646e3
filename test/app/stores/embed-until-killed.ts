import { EmbeddedSearchIndex } from '../../../app/stores/embedded/search-index.ts';

/** Embeds so many windows of an index by another model, one by one, then ends as by the kernel, in the middle of its work. */
const [file = '', embedder = '', windows = ''] = process.argv.slice(2);
const index = new EmbeddedSearchIndex(file);
for (let at = 0; at < Number(windows); at++) {
  const [window] = await index.unembedded(embedder, 1);
  if (!window) throw new Error('there are more windows than that');
  const meaning = { vector: Float32Array.from([0, 0, 1]), language: 'en' };
  await index.addMeanings(embedder, [{ ...window, meaning }]);
}
process.kill(process.pid, 'SIGKILL');
