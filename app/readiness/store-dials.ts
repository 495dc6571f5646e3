import type { Env } from '../../contract/backend-env.ts';
import { storeNames, type StoreName } from '../../contract/services/backend-variables.ts';
import { explain } from '../../dial/explain.ts';
import { targetOf } from '../../dial/targets.ts';
import type { Dial } from './gate-keeper.ts';
import { maskOf } from '../observability/redact.ts';
import type { Store, Stores } from '../stores/types.ts';

/** How long finding out what answers somewhere may take; nobody waits for it but the person reading. */
const explainMs = 1_500;

/** How the gates ask each store, and how its failures are explained: by dialling, unless it has no address. */
export function dialsOf(env: Env, stores: Stores): Readonly<Record<StoreName, Dial>> {
  const byName = new Map<StoreName, Store>(
    Object.values<Store>({ ...stores }).map((store) => [store.name, store]),
  );
  const mask = maskOf(env);
  const dialOf = (name: StoreName): Dial => {
    const store = byName.get(name);
    if (!store) throw new Error(`There is no store called "${name}".`);
    const isEmbedded = env.EMBEDDED_STORES?.includes(name) ?? false;
    const { host, port, tls } = targetOf(env, name);
    return {
      connect: () => store.connect(),
      explain: async (error) =>
        mask(
          isEmbedded
            ? ownWords(error)
            : await explain({ service: name, host, port, tls, error, timeoutMs: explainMs }).catch(ownWords),
        ),
    };
  };
  return Object.fromEntries(storeNames.map((name) => [name, dialOf(name)])) as Record<StoreName, Dial>;
}

function ownWords(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
