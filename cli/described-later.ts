import type { Command } from 'commander';

const later = new WeakMap<Command, () => Promise<void>>();

/**
 * Describes the rest of a command when it is called or its `--help` is asked for. For what depends on the kinds: loading
 * them takes longer than `--version` or `--help` of the program.
 */
export function describeLater(command: Command, describe: () => Promise<void>): void {
  let done: Promise<void> | undefined;
  later.set(command, () => (done ??= describe()));
}

/** Completes the description of a command, once. Rejects when the kinds cannot be loaded. */
export const described = async (command: Command): Promise<void> => later.get(command)?.();
