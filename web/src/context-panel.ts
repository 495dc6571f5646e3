import { signal, type ReadonlySignal } from '@preact/signals';
import type { PatientContext } from '../../client/frames.generated.ts';

/** What the context panel shows. `problem`: why the context could not be fetched, so that an outage is not shown as no memories. */
export interface Remembered {
  readonly context?: PatientContext;
  readonly problem?: string;
}

export interface RememberedSource {
  readonly remembered: ReadonlySignal<Remembered>;
  /** Fetches again. Only the latest request counts; after a failure the last context stays. */
  readonly refresh: () => Promise<void>;
}

/** @param ask throws an Error in words when there is no answer. */
export function rememberedFrom(ask: () => Promise<PatientContext>): RememberedSource {
  const remembered = signal<Remembered>({});
  let latest = 0;
  return {
    remembered,
    async refresh() {
      const turn = ++latest;
      const next = await ask().then(
        (context): Remembered => ({ context }),
        (error: unknown): Remembered => ({ ...remembered.value, problem: (error as Error).message }),
      );
      if (turn === latest) remembered.value = next;
    },
  };
}
