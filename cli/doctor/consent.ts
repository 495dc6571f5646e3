import { confirm } from '../confirm.ts';
import type { DoctorOptions } from './options.ts';
import { type Target } from '../target.ts';
import { CommandError } from '../errors.ts';
import { progress } from '../output.ts';

/** Asks whether a pod may be changed. Answers why not, in a sentence; `undefined` where it may. */
export type Consent = (pod: string) => Promise<string | undefined>;

/** Doctor only looks, but for one container: without a yes to it, the rest is looked at all the same. */
export function consentOf(target: Target, options: Pick<DoctorOptions, 'yes' | 'dryRun'>): Consent {
  return async (pod) => {
    if (options.dryRun) return 'A dry run adds none.';
    progress.done();
    try {
      await confirm(
        `Add an ephemeral container to ${pod}, to dial the stores from there? It stays in the pod's list until the pod goes.`,
        target,
        options,
      );
      return undefined;
    } catch (error) {
      if (error instanceof CommandError && error.code === 'NOT_CONFIRMED') return 'It was not confirmed.';
      if (error instanceof CommandError && error.code === 'USAGE') return error.message;
      throw error;
    }
  };
}
