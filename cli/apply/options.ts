import type { ChangeOptions } from '../options.ts';

export interface ApplyOptions extends ChangeOptions {
  readonly forceConflicts?: true;
  readonly prune?: true;
  readonly deleteData?: true;
  readonly wait: boolean;
  readonly check: boolean;
  /** `--no-chat`, the earlier name of `--no-check`. */
  readonly chat: boolean;
  readonly tokenFile?: string;
  /** Seconds. */
  readonly timeout: number;
}

/** Whether the stack is checked once every pod is ready. */
export const isChecked = ({ check, chat }: Pick<ApplyOptions, 'check' | 'chat'>): boolean => check && chat;
