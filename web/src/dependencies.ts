import type { FrameOf, Status } from '../../client/frames.generated.ts';

/** Stores that are away, each with the consequence, in words. */
export type Away = ReadonlyMap<string, string>;

/** The stores that are away while the server accepts connections, by its status. */
export function awayBy({ reason, message, dependencies }: Status): Away {
  const missing = reason === 'Degraded' ? dependencies.filter(({ state }) => state !== 'open') : [];
  return new Map(missing.map(({ name }) => [name, message]));
}

export function afterDependency(before: Away, { name, state, reason }: FrameOf<'dependency'>): Away {
  const after = new Map(before);
  if (state === 'away') after.set(name, reason);
  else after.delete(name);
  return after;
}
