import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ReachAnswer, ReachRequest } from '../model/reach.ts';
import { withTimeLimit } from '../model/time-limit.ts';
import type { Api } from './api.ts';
import { textOf } from './bounded-text.ts';
import { dialPod, type PodPort } from './port-forward.ts';

/** One HTTP request to a pod's own server, through the API server. Rejects when nothing answers in time. */
export async function httpToPod(
  api: Pick<Api, 'kubeConfig' | 'context'>,
  at: PodPort,
  asked: ReachRequest,
  signal?: AbortSignal,
): Promise<ReachAnswer> {
  return httpOver(await dialPod(api, at), asked, signal);
}

/** One HTTP request over a connection, which it closes. Rejects when nothing answers in time. */
export async function httpOver(
  stream: Duplex,
  { path, method = 'GET', headers = {}, body, timeoutMs }: ReachRequest,
  signal?: AbortSignal,
): Promise<ReachAnswer> {
  const answer = new Promise<ReachAnswer>((resolve, reject) => {
    stream.once('error', reject);
    const outgoing = request({
      path,
      method,
      ...(signal ? { signal } : {}),
      createConnection: () => stream,
      headers: { ...headers, connection: 'close' },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject);
    });
    outgoing.end(body);
  });
  try {
    return await withTimeLimit(answer, timeoutMs);
  } finally {
    stream.destroy();
  }
}
