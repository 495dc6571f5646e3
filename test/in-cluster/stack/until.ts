import { poll } from '../../servers/poll.ts';

/** Long enough for a store to be started on a busy machine. */
const timeoutMs = 300_000;

/** Waits until `check` says true; an error it throws means "not yet". Rejects, saying for what it waited. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  if ((await poll(check, { timeoutMs })) !== 'met')
    throw new Error(`Waited ${timeoutMs / 1_000} s for ${what}.`);
}
