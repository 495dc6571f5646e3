import { z } from 'zod';

/**
 * What a service reports over HTTP: the state of each dependency, and the environment it runs with. A newer service may
 * report more: unknown fields are ignored, and a state that is not known here is read as `unknown`.
 */

/** The version of the reports that are written here. New fields and new states do not raise it. */
export const reportVersion = 1;

/** Absent: 1, the version before the field. */
const version = z.int().min(1).default(1);

/** `open`: it answers. `closed`: it keeps the service unready. `degraded`: away, but the service works without it. */
export const gateState = z.enum(['open', 'closed', 'degraded']);
export type GateState = z.infer<typeof gateState>;

/** One dependency as the service sees it, as it is written. */
export const gateReport = z.object({
  /** The service behind the gate. */
  name: z.string(),
  state: gateState,
  /** Since when it is in this state. */
  since: z.string().default(''),
  /** Why it was not open when it was last asked; null when it always was. */
  lastError: z.string().nullable().default(null),
  /** Dials since it was last open. */
  attempts: z.int().min(0).default(0),
});
export type GateReport = z.infer<typeof gateReport>;

const state = z.string().transform((word) => gateState.safeParse(word).data ?? ('unknown' as const));

/**
 * The body at `report.readyz`, 200 when ready, else 503, as it is read. A service that says a `revision` is asked for the
 * next one: see `readinessQuery`.
 */
export const readinessReport = z.object({
  version,
  ready: z.boolean(),
  gates: z.array(gateReport.extend({ state })),
  /** Opaque; another one whenever a gate's state or last error differs. One of another form is none. */
  revision: z
    .string()
    .regex(/^[!-~]{1,64}$/)
    .optional()
    .catch(undefined),
});
export type ReadinessReport = z.infer<typeof readinessReport>;

/** The longest time for which a question is held, in milliseconds. */
export const mostWaitMs = 10_000;

/**
 * The query of a question for the next report: `?after=<revision>&wait=<seconds>` is answered as soon as the revision is
 * another, and at the latest after that time. A service may answer at once; then it is asked again after a pause.
 */
export const readinessQuery = z.object({
  after: z.string().optional().catch(undefined),
  wait: z.coerce
    .number()
    .min(0)
    .max(mostWaitMs / 1_000)
    .default(0)
    .catch(0),
});

/** That query of a revision. @param waitMs how long the question may be held. */
export const queryAfter = (revision: string, waitMs: number): string =>
  `?after=${encodeURIComponent(revision)}&wait=${waitMs / 1_000}`;

/** The body at `report.config`: the digest of what the process runs with, and every value that is not secret. */
export const configReport = z.object({
  version,
  digest: z.string(),
  values: z.record(z.string(), z.string()),
  /** Secret variables that are set; their values are never shown. */
  secretsSet: z.array(z.string()),
});
export type ConfigReport = z.infer<typeof configReport>;
