import type { Command } from 'commander';

/** Value → what a shell says of it. */
type Values = Readonly<Record<string, string>>;

const known = new WeakMap<Command, () => Promise<Values>>();

/** Lets shells complete the first argument of a command, which may have other values too, by what is loaded then. */
export function completeBy(command: Command, load: () => Promise<Values>): void {
  known.set(command, load);
}

/** The name of the first argument of a command with its values; empty where there is nothing to offer. */
export async function completionsOf(command: Command): Promise<readonly (readonly [string, Values])[]> {
  const [load, [argument]] = [known.get(command), command.registeredArguments];
  return load && argument ? [[argument.name(), await load()]] : [];
}
