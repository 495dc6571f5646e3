import type { z } from 'zod';
import { parseJson } from '../../model/json.ts';
import {
  configReport,
  readinessReport,
  type ConfigReport,
  type ReadinessReport,
} from '../../model/report.ts';
import type { PodView } from './pod-view.ts';

/** A report, or why there is none, in words. */
export type Answer<Report> = { readonly report: Report } | { readonly unanswered: string };

/** What a pod's process said when it was asked for its two reports. */
export interface PodAnswer {
  readonly readiness: Answer<ReadinessReport>;
  readonly config: Answer<Pick<ConfigReport, 'digest'>>;
  /** When it was asked what it runs with, on the monotonic clock. */
  readonly configAt?: number;
  /** Whether the process holds questions until it has news, so that more of them cost little. */
  readonly isHolding?: boolean;
}

/** What is known when a pod is asked again. */
export interface Asked {
  /** Its answer before, at the same address. */
  readonly before: PodAnswer | undefined;
  /** For how long the process may hold the question, where it knows how to: until what it said before differs. */
  readonly waitMs: number;
}

/** Asks a pod's process. A process that does not answer is an answer too: it never rejects. */
export type Ask = (pod: PodView, signal: AbortSignal, asked: Asked) => Promise<PodAnswer>;

/** The report of a pod that is asked without success. */
export const reportIn = <Report>(answer: Answer<Report>): Report | undefined =>
  'report' in answer ? answer.report : undefined;

/** The same reason for both reports. */
export const unanswered = (why: string): PodAnswer => ({
  readiness: { unanswered: why },
  config: { unanswered: why },
});

/** The readiness report in a body; `at` says where it is from, as in messages. */
export const readReadiness = (text: string, at: string): PodAnswer['readiness'] =>
  read(readinessReport, text, `What ${at} answers is no readiness report.`);

/** The same of a configuration report, of which only the digest is read. */
export const readConfig = (text: string, at: string): PodAnswer['config'] =>
  read(configReport.pick({ digest: true }), text, `What ${at} answers is no configuration report.`);

function read<Report>(schema: z.ZodType<Report>, text: string, otherwise: string): Answer<Report> {
  const { data } = schema.safeParse(parseJson(text));
  return data === undefined ? { unanswered: otherwise } : { report: data };
}
