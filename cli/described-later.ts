import type { Command } from 'commander';

const later = new WeakMap<Command, () => Promise<unknown>>();

/**
 * Describes the rest of a command when it is called or its `--help` is asked for. For what depends on the kinds: loading
 * them takes longer than `--version` or `--help` of the program.
 */
export function describeLater(command: Command, describe: () => Promise<unknown>): void {
  let done: Promise<unknown> | undefined;
  later.set(command, () => (done ??= describe()));
}

/** Completes the description of a command and of those below it, once. Rejects when the kinds cannot be loaded. */
export async function described(command: Command): Promise<void> {
  await later.get(command)?.();
  for (const below of command.commands) await described(below);
}
