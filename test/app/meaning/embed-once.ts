import { LocalEmbedder } from '../../../app/meaning/local-embedder.ts';

/** A process that embeds one text with the models of a folder, and prints the length of its vector. */
const embedder = new LocalEmbedder(process.argv[2] ?? '');
const [meaning] = await embedder.embed([{ text: 'Hello', patientId: 'p', isQuestion: false }]);
await embedder.close();
console.log(meaning?.vector.length);
