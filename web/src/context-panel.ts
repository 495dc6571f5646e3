import { signal, type ReadonlySignal } from '@preact/signals';
import type { PatientContext } from '../../contract/http.ts';

/** What the sidebar knows. `problem`: why it could not be asked, so that an outage is never shown as no memories. */
export interface Remembered {
  readonly context?: PatientContext;
  readonly problem?: string;
}

export interface RememberedSource {
  readonly remembered: ReadonlySignal<Remembered>;
  /** Asks anew. Only the latest question's answer counts; a failure keeps what was shown. */
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
