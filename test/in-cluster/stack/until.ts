import { until as untilWithin } from '../../servers/poll.ts';

/** Long enough for a store to be started on a busy machine. */
const timeoutMs = 300_000;

/** Waits until `check` says true; an error it throws means "not yet". Rejects, saying for what it waited and why not. */
export function until(what: string, check: () => Promise<boolean>): Promise<void> {
  return untilWithin(what, check, timeoutMs);
}
