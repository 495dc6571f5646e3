import type { Command } from 'commander';

const later = new WeakMap<Command, () => Promise<void>>();

/**
 * Describes the rest of a command when it is called or its `--help` is asked for, by what is loaded then. For what depends
 * on the kinds: loading them takes longer than `--version` or `--help` of the program.
 */
export function describeLater<T>(
  command: Command,
  load: () => Promise<T>,
  describe: (loaded: T) => void,
): void {
  let done: Promise<void> | undefined;
  later.set(command, () => (done ??= load().then(describe)));
}

/** Completes the description of a command and of those below it, once. Rejects when the kinds cannot be loaded. */
export async function described(command: Command): Promise<void> {
  await later.get(command)?.();
  for (const below of command.commands) await described(below);
}
