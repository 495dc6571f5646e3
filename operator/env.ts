import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);

/** The environment of the operator's process. Its own Deployment sets it (`manifests/`). */
const schema = z.object({
  /** The only namespace it looks at; absent: all of them. */
  WATCH_NAMESPACE: z.string().min(1).optional(),
  /** Where its Lease is. */
  POD_NAMESPACE: z.string().min(1).default('mooring-system'),
  /** Part of its identity in the Lease. */
  POD_NAME: z.string().min(1).default('mooring-operator'),
  /** Serves /healthz, /readyz and /metrics. */
  OPERATOR_PORT: port.default(8_081),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type OperatorEnv = z.infer<typeof schema>;

/**
 * The operator's settings.
 * @throws Error naming every bad variable.
 */
export function operatorEnv(env: Readonly<Record<string, string | undefined>> = process.env): OperatorEnv {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const lines = result.error.issues.map(
    ({ path, message }) => `  - ${path.join('.')}: ${JSON.stringify(env[String(path[0])])}: ${message}`,
  );
  throw new Error(`The environment of the operator is wrong:\n${lines.join('\n')}`);
}
