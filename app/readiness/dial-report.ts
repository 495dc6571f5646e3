import type { DialReport } from '../../model/dial-report.ts';
import type { BackendEnvResult } from '../../contract/backend-env.ts';
import { storeNames } from '../../contract/services/backend-variables.ts';
import { ask } from '../../dial/ask.ts';
import { targetOf } from '../../dial/targets.ts';

/** A person waits for this; a store that takes longer is no store to chat with. */
const askMs = 2_000;

/** Dials every store that is not embedded, at the same time, from where this process is. Never rejects. */
export async function dialReportOf(parsed: BackendEnvResult): Promise<DialReport> {
  if (!parsed.ok) return { problems: parsed.problems.map(({ message }) => message), stores: [] };
  const { env } = parsed;
  const remote = storeNames.filter((name) => !env.EMBEDDED_STORES?.includes(name));
  return {
    problems: [],
    stores: await Promise.all(remote.map((name) => ask(targetOf(env, name), askMs))),
  };
}
