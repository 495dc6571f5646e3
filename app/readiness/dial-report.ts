import type { BackendEnvResult } from '../../contract/backend-env.ts';
import { knownPorts } from '../../contract/known-ports.ts';
import { ask } from '../../dial/ask.ts';
import type { DialReport } from '../../model/dial-report.ts';
import { dependenciesOf } from './dependencies.ts';

/** A person waits for the report. */
const timeoutMs = 2_000;

/** Dials every dependency that is not embedded, at the same time, from this process. Never rejects. */
export async function dialReportOf(parsed: BackendEnvResult): Promise<DialReport> {
  if (!parsed.ok) return { problems: parsed.problems.map(({ message }) => message), stores: [] };
  const targets = dependenciesOf(parsed.env).flatMap(({ target }) => target ?? []);
  return {
    problems: [],
    stores: await Promise.all(targets.map((target) => ask(target, { timeoutMs, knownPorts }))),
  };
}
