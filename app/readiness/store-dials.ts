import type { Env } from '../../contract/backend-env.ts';
import { knownPorts } from '../../contract/known-ports.ts';
import { dial } from '../../dial/ask.ts';
import { explain } from '../../dial/explain.ts';
import { redactorOf } from '../observability/redact.ts';
import type { Store, Stores } from '../stores/types.ts';
import { dependenciesOf, type Dependency } from './dependencies.ts';
import type { Dial } from './gate-keeper.ts';
import type { GateRule } from './gates.ts';

/** How long finding out what answers may take; only the explanation in logs and reports waits for it. */
const explainMs = 1_500;

/** The gates of this process: one for each dependency, opened by the store's own client where the app has one. */
export function gateRulesOf(env: Env, stores: Stores): GateRule[] {
  const clients = new Map<string, Store>(
    Object.values<Store>({ ...stores }).map((store) => [store.name, store]),
  );
  const redact = redactorOf(env);
  return dependenciesOf(env).map((dependency) => ({
    name: dependency.name,
    gate: dependency.gate,
    dial: {
      connect: connectTo(dependency, clients.get(dependency.name), env.STORE_TIMEOUT),
      explain: async (error) => redact(await explanationOf(dependency, error).catch(() => messageOf(error))),
    },
  }));
}

function connectTo(
  { name, target }: Dependency,
  client: Store | undefined,
  timeoutMs: number,
): Dial['connect'] {
  if (client) return (onWork) => client.connect(onWork);
  if (target === undefined) throw new Error(`"${name}" is embedded, but the app has no store of that name.`);
  return async () => {
    await dial(target, timeoutMs);
  };
}

/** What answers at the dependency's address; an embedded store has none, and its own error is the explanation. */
async function explanationOf({ target }: Dependency, error: unknown): Promise<string> {
  if (target === undefined) return messageOf(error);
  return explain({ target, error, timeoutMs: explainMs, knownPorts });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
