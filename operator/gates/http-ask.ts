import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { hostInUrl } from '../../model/host-in-url.ts';
import { queryAfter } from '../../model/report.ts';
import type { Report } from '../../model/stack.ts';
import { textOf } from '../../kube/bounded-text.ts';
import { readConfig, readReadiness, reportIn, unanswered, type Ask, type PodAnswer } from './pod-answer.ts';
import type { PodView } from './pod-view.ts';

export interface HttpAskOptions {
  /** Where the pod's service reports; `undefined` where this is not known. */
  readonly reportOf: (pod: PodView) => Report | undefined;
  /** The time limit of a question, in milliseconds, without the time for which it may be held. */
  readonly timeoutMs?: number;
}

/** Asks pods over HTTP, directly: for a process inside the cluster. */
export interface HttpAsk {
  readonly ask: Ask;
  /** Closes the connections it keeps open. */
  readonly close: () => void;
}

/** A connection without questions is closed after so long, such as one to a pod that is gone. */
const idleMs = 5_000;

/**
 * What a process runs with is asked again when what it says of its dependencies differs, as of one that was started anew,
 * else at most this often: this halves what pods cost in the usual case.
 */
const configEveryMs = 10_000;

/** A question that came back so much of its time too early, without news, was not held. */
const earlyPart = 0.9;

async function answersAfter(
  before: PodAnswer | undefined,
  readinessNow: () => Promise<PodAnswer['readiness']>,
  configNow: () => Promise<PodAnswer['config']>,
): Promise<PodAnswer> {
  const configAt = performance.now();
  if (!before || 'unanswered' in before.config || configAt - (before.configAt ?? 0) >= configEveryMs) {
    const [readiness, config] = await Promise.all([readinessNow(), configNow()]);
    return { readiness, config, configAt };
  }
  const readiness = await readinessNow();
  if (isDeepStrictEqual(readiness, before.readiness)) return before;
  return { readiness, config: 'unanswered' in readiness ? readiness : await configNow(), configAt };
}

/** Where a report is. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  /** For how long the process may hold the question. */
  readonly waitMs?: number;
}

const revisionOf = (answer: PodAnswer | undefined): string | undefined =>
  answer && reportIn(answer.readiness)?.revision;

/** Where the readiness is that follows the one before; the present one where that one has no revision. */
function nextAfter(
  path: string,
  before: PodAnswer | undefined,
  waitMs: number,
): Pick<Place, 'path' | 'waitMs'> {
  const revision = revisionOf(before);
  return revision === undefined ? { path } : { path: `${path}${queryAfter(revision, waitMs)}`, waitMs };
}

/** Asks pods for their reports at their own address. Keeps connections open between two questions. */
export function httpAsk({ reportOf, timeoutMs = 2_000 }: HttpAskOptions): HttpAsk {
  const agent = new Agent({ keepAlive: true, timeout: idleMs });
  const answerAt = async <Answer>(
    place: Place,
    read: (text: string, at: string) => Answer,
    signal: AbortSignal,
  ): Promise<Answer | { unanswered: string }> => {
    const at = `http://${hostInUrl(place.host)}:${place.port}${place.path}`;
    const limitMs = timeoutMs + (place.waitMs ?? 0);
    const limit = AbortSignal.timeout(limitMs);
    try {
      return read(await textAt(agent, place, AbortSignal.any([limit, signal])), at);
    } catch (error) {
      const why = limit.aborted ? `no answer came within ${limitMs / 1_000} s` : (error as Error).message;
      return { unanswered: `${at} does not answer: ${why}.` };
    }
  };
  return {
    ask: async (pod, signal, { before, waitMs }) => {
      const report = reportOf(pod);
      const port = report && pod.ports[report.port];
      if (!report || port === undefined || pod.ip === undefined)
        return unanswered(`It is not known where ${pod.service} reports.`);
      const host = pod.ip;
      const next = nextAfter(report.readyz, before, waitMs);
      const readinessNow = () => answerAt({ host, port, ...next }, readReadiness, signal);
      const configNow = () => answerAt({ host, port, path: report.config }, readConfig, signal);
      const began = performance.now();
      const now = await answersAfter(before, readinessNow, configNow);
      const isEarly = performance.now() - began < (next.waitMs ?? 0) * earlyPart;
      const revision = revisionOf(now);
      return { ...now, isHolding: revision !== undefined && !(isEarly && revision === revisionOf(before)) };
    },
    close: () => agent.destroy(),
  };
}

/** The body of an answer of any status: a report of a pod that is not ready comes with 503. */
async function textAt(agent: Agent, place: Place, signal: AbortSignal): Promise<string> {
  const { host, port, path } = place;
  const outgoing = request({ host, port, path, agent, signal, headers: { accept: 'application/json' } });
  // An error after the answer has begun is the answer's as well.
  outgoing.on('error', () => undefined);
  try {
    const [response] = (await once(outgoing.end(), 'response')) as [IncomingMessage];
    return await textOf(response);
  } catch (error) {
    // The process closed an idle connection just as it was asked over it.
    const isStale = outgoing.reusedSocket && (error as NodeJS.ErrnoException).code === 'ECONNRESET';
    if (isStale && !signal.aborted) return textAt(agent, place, signal);
    throw error;
  }
}
