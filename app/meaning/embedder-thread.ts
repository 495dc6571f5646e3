import { parentPort, workerData } from 'node:worker_threads';
import { errorText } from '../observability/error-text.ts';
import type { Meaning, Text } from './embedder.ts';
import { Networks } from './networks.ts';

/** The thread of the embedding models: a text takes milliseconds of a core, which the chat's thread has no time for. */

/** Told first: the models' id, or why they cannot be used. Then an answer to each text, in order. */
export type EmbedderReply =
  { readonly id: string } | { readonly meaning: Meaning } | { readonly error: string };

async function serve(folder: string, port: NonNullable<typeof parentPort>): Promise<void> {
  const say = (reply: EmbedderReply): void => port.postMessage(reply);
  try {
    const networks = await Networks.open(folder);
    let last = Promise.resolve();
    port.on('message', (text: Text) => {
      last = last.then(() =>
        networks.meaningOf(text).then(
          (meaning) => say({ meaning }),
          (error: unknown) => say({ error: errorText(error) }),
        ),
      );
    });
    say({ id: networks.id });
  } catch (error) {
    say({ error: errorText(error) });
    port.close();
  }
}

if (parentPort) await serve(String(workerData), parentPort);
