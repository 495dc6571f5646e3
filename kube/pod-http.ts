import { request } from 'node:http';
import type { Api } from './api.ts';
import { dialPod, type PodPort } from './port-forward.ts';

/** A GET of a pod's own HTTP, through the API server: status and parsed body. Rejects when nothing answers. */
export async function getFromPod(
  api: Api,
  at: PodPort,
  path: string,
  signal: AbortSignal = AbortSignal.timeout(answerMs),
): Promise<{ status: number; json: unknown }> {
  const stream = await dialPod(api, at);
  try {
    return await new Promise((resolve, reject) => {
      stream.once('error', reject);
      const outgoing = request({
        path,
        signal,
        createConnection: () => stream,
        headers: { connection: 'close' },
      });
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, json: parsed(text) });
        });
      });
      outgoing.end();
    });
  } finally {
    stream.destroy();
  }
}

/** A readiness answer comes at once or not at all. */
const answerMs = 5_000;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
