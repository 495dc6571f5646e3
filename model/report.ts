import { z } from 'zod';

/**
 * What a service reports over HTTP: the state of each dependency, and the environment it runs with. Unknown fields are
 * ignored: a newer service may report more.
 */

/** `open`: it answers. `closed`: it keeps the service unready. `degraded`: away, but the service works without it. */
export const gateState = z.enum(['open', 'closed', 'degraded']);
export type GateState = z.infer<typeof gateState>;

/** One dependency as the service sees it. */
export const gateReport = z.object({
  /** The service behind the gate. */
  name: z.string(),
  state: gateState,
  /** Since when it is in this state. */
  since: z.string().default(''),
  /** The last error message; null when there was none. */
  lastError: z.string().nullable().default(null),
  /** Dials since it was last open. */
  attempts: z.int().min(0).default(0),
});
export type GateReport = z.infer<typeof gateReport>;

/** The body at `report.readyz`: 200 when ready, else 503. */
export const readinessReport = z.object({
  ready: z.boolean(),
  gates: z.array(gateReport),
});
export type ReadinessReport = z.infer<typeof readinessReport>;

/** The body at `report.config`: the digest of what the process runs with, and every value that is not secret. */
export const configReport = z.object({
  digest: z.string(),
  values: z.record(z.string(), z.string()),
  /** Secret variables that are set; their values are never shown. */
  secretsSet: z.array(z.string()),
});
export type ConfigReport = z.infer<typeof configReport>;
