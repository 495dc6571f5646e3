import { z } from 'zod';
import { gateReport, readinessReport } from '../model/report.ts';
import type { ErrorCode } from '../model/errors.ts';
import { answerMode, turn, usedFact } from './protocol.ts';

/**
 * What the backend answers over HTTP, as it is read. Readers are tolerant: what they do not know they leave out, and a
 * word may be one of a newer server's.
 */

/** Seconds after which a client answered 503 should try again. */
export const retryAfterSeconds = 2;

/** A model that answers use. It keeps nothing unready: without it answers know less, and say so. */
export const modelReport = z.object({
  /** `embedder`, `language model`, or `language model, reading facts`. */
  name: z.string(),
  /** Whether it answered when it was last asked. */
  state: z.enum(['open', 'away']),
  lastError: z.string().nullable(),
});
export type ModelReport = z.infer<typeof modelReport>;

/** Whether the search index takes what it lacks. It keeps nothing unready: what it lacks is searched in the record. */
export const indexReport = z.object({ writable: z.boolean(), lastError: z.string().nullable() });
export type IndexReport = z.infer<typeof indexReport>;

/** `/readyz` on the metrics port: 200 when ready, else 503 with Retry-After. */
export const readyz = z.object({
  version: readinessReport.shape.version,
  ready: readinessReport.shape.ready,
  /** `Ready`, `Degraded`, `WaitingForDependencies` or `Draining`. */
  reason: z.enum(['Ready', 'Degraded', 'WaitingForDependencies', 'Draining']),
  gates: z.array(gateReport),
  /** Those that are configured. */
  models: z.array(modelReport).optional(),
  index: indexReport.optional(),
  revision: readinessReport.shape.revision,
});
export type Readyz = z.infer<typeof readyz>;

/** `/api/status`: for browsers; always 200. */
export const status = z.object({
  ready: z.boolean(),
  /** As in `readyz`, or `Full`: it takes no further connection now. */
  reason: z.string(),
  /** The reason as a sentence, without addresses. */
  message: z.string(),
  /** Null when there is nothing to wait for: it is ready, or another instance is. */
  retryAfterSeconds: z.int().nullable(),
  mode: answerMode,
  /** How the memory is searched: `meaning` (and words), or `words` while nothing can be embedded. */
  search: z.string().optional(),
  dependencies: z.array(z.object({ name: z.string(), state: z.string() })),
});
export type Status = z.infer<typeof status>;

/** A fact in parts that a language model read from one message, and that still holds. */
export const heldFact = z.object({
  id: z.string(),
  /** `patient`, or another person as the patient calls them. */
  subject: z.string(),
  predicate: z.string(),
  /** What a dose is the dose of. */
  object: z.string().optional(),
  /** Which of several daily doses it is. */
  occasion: z.string().optional(),
  value: z.string(),
  /** The day since which it holds, where the patient said so. */
  validAt: z.string().optional(),
  /** The patient's words that say it. */
  text: z.string(),
  recordedAt: z.iso.datetime(),
  /** The id of the message it was said in. */
  sourceId: z.string(),
});
export type HeldFact = z.infer<typeof heldFact>;

/** `/api/patients/:patient/context`: what is remembered of a patient, for the sidebar. */
export const patientContext = z.object({
  patientId: z.string(),
  facts: z.array(usedFact),
  /** Absent where no language model reads facts; the newest first. */
  held: z.array(heldFact).optional(),
  recent: z.array(turn),
  /** Stores that could not be asked, so that an outage is never shown as "no memories". */
  unavailable: z.array(z.string()),
});
export type PatientContext = z.infer<typeof patientContext>;

/** Every answer that is not a success, also that of a refused handshake. */
export const problem = z.object({
  code: z.string(),
  message: z.string(),
  /** What the backend waits for, without addresses. */
  reasons: z.array(z.string()).optional(),
  retryAfterSeconds: z.int().optional(),
});
export type Problem = z.infer<typeof problem>;
/** The same as it is written. */
export type WrittenProblem = Problem & { readonly code: ErrorCode };
