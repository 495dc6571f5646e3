import { z } from 'zod';

/**
 * What a service says of itself over HTTP where it reports: whether each dependency lets it work, and which environment
 * it runs with. Read tolerantly: a newer service may say more.
 */

/** `open`: all well. `closed`: it keeps the service unready. `degraded`: away, but the service works without it. */
export const gateState = z.enum(['open', 'closed', 'degraded']);
export type GateState = z.infer<typeof gateState>;

/** One dependency as the service sees it. */
export const gateReport = z.object({
  /** The service behind the gate. */
  name: z.string(),
  state: gateState,
  /** Since when it is in this state. */
  since: z.iso.datetime(),
  /** What went wrong last, in words; null when nothing ever did. */
  lastError: z.string().nullable(),
  /** Dials since it was last open. */
  attempts: z.int().min(0),
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
