import { z } from 'zod';
import { gateReport, gateState, readinessReport } from '../model/report.ts';
import { errorCodes, type ErrorCode } from '../model/errors.ts';
import { answerMode, turn, usedFact } from './protocol.ts';
import { storeNames } from './services/backend-variables.ts';

/** Shapes of what the backend answers over HTTP. */

/** Seconds after which a client answered 503 should try again. */
export const retryAfterSeconds = 2;

/** One store as the backend sees it. */
export const gate = gateReport.extend({ name: z.enum(storeNames) });
export type Gate = z.infer<typeof gate>;

/** `/readyz` on the metrics port: 200 when ready, else 503 with Retry-After. */
export const readyz = z.object({
  ready: readinessReport.shape.ready,
  /** `Ready`, `Degraded`, `WaitingForDependencies` or `Draining`. */
  reason: z.enum(['Ready', 'Degraded', 'WaitingForDependencies', 'Draining']),
  gates: z.array(gate),
});
export type Readyz = z.infer<typeof readyz>;

/** `/api/status`: what a browser may know; always 200. */
export const status = z.strictObject({
  ready: z.boolean(),
  reason: readyz.shape.reason,
  /** The reason in words for a person, without addresses. */
  message: z.string(),
  /** Null when there is nothing to wait for: it is ready, or another instance is. */
  retryAfterSeconds: z.int().nullable(),
  mode: answerMode,
  dependencies: z.array(z.strictObject({ name: z.enum(storeNames), state: gateState })),
});
export type Status = z.infer<typeof status>;

/** `/api/patients/:patient/context`: what is remembered of a patient, for the sidebar. */
export const patientContext = z.strictObject({
  patientId: z.string(),
  facts: z.array(usedFact),
  recent: z.array(turn),
  /** Stores that could not be asked, so that an outage is never shown as "no memories". */
  unavailable: z.array(z.enum(storeNames)),
});
export type PatientContext = z.infer<typeof patientContext>;

/** Every answer that is not a success, a refused handshake's too. */
export const problem = z.strictObject({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]),
  message: z.string(),
  /** What keeps the backend waiting, in words a browser may know. */
  reasons: z.array(z.string()).optional(),
  retryAfterSeconds: z.int().optional(),
});
export type Problem = z.infer<typeof problem>;
