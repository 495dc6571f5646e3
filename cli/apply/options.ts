import type { ChangeOptions } from '../options.ts';

export interface ApplyOptions extends ChangeOptions {
  readonly forceConflicts?: true;
  readonly prune?: true;
  readonly deleteData?: true;
  readonly wait: boolean;
  /** Whether the stack is checked once every pod is ready. */
  readonly check: boolean;
  readonly tokenFile?: string;
  /** Seconds. */
  readonly timeout: number;
}
