import { createHmac, randomBytes } from 'node:crypto';
import type { SecretReader } from '../../deploy/secret-readers.ts';
import { unmarkedSecretText } from '../../deploy/ownership.ts';
import { valuesIn } from '../../deploy/secret.ts';
import { stackSecretOf } from '../../deploy/stack-objects.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { readObject } from '../../kube/server-side-apply.ts';
import type { PodView } from '../gates/pod-view.ts';

/** So often it is looked for in a stack that is as rendered: the operator may not watch Secrets. */
export const lookEveryMs = 60_000;
/** An event of the stack has it looked for, at most so often. */
const lookAgainMs = 2_000;
/** Of so many values of a key it is known when each was written. */
const mostValues = 8;

/** A value that a key has had, told from others by a digest that only this process can make. */
interface Value {
  readonly digest: string;
  /** When it was written, in milliseconds on the wall clock; -Infinity for the first that was seen. */
  readonly since: number;
}

interface Look {
  /** On the monotonic clock. */
  readonly at: number;
  /** By key, the newest last. */
  readonly values: ReadonlyMap<string, readonly Value[]>;
}

/**
 * What each stack's Secret was when it was last looked at. No value is kept. In memory only: a new leader does not know
 * what was there before it.
 */
export class SecretLooks {
  readonly #looks = new Map<string, Look>();
  readonly #salt = randomBytes(32);

  /**
   * Whether the Secret of a stack is its own and has these keys, as it was seen of late.
   * @param key `<namespace>/<name>`. @param isMissed a pod has just said that it lacks something.
   */
  async hasKeys(
    cluster: Cluster,
    key: string,
    { keys, isMissed }: { readonly keys: readonly string[]; readonly isMissed: boolean },
    signal: AbortSignal,
  ): Promise<boolean> {
    const seenAt = this.#looks.get(key)?.at ?? -Infinity;
    if (!isMissed && performance.now() - seenAt < lookAgainMs) return true;
    const [namespace = '', name = ''] = key.split('/');
    const secret = await readObject(cluster, stackSecretOf({ namespace, name }), signal);
    const isOwn = secret && unmarkedSecretText({ namespace, name }, secret) === undefined;
    const values = isOwn ? valuesIn(secret) : undefined;
    if (!values || keys.some((one) => !(one in values))) return false;
    this.saw(key, secret);
    return true;
  }

  /** It is there, or was made, as the API server has it. @param secret absent: it was just made. */
  saw(key: string, secret?: KubeObject): void {
    const before = this.#looks.get(key)?.values ?? new Map<string, readonly Value[]>();
    const values = new Map(before);
    for (const [name, value] of Object.entries(secret ? valuesIn(secret) : {})) {
      const digest = createHmac('sha256', this.#salt).update(value).digest('base64url');
      const known = before.get(name) ?? [];
      const since = known.length === 0 ? -Infinity : writtenAt(secret);
      if (known.at(-1)?.digest !== digest) values.set(name, [...known, { digest, since }].slice(-mostValues));
    }
    this.#looks.set(key, { at: performance.now(), values });
  }

  /** The readers of keys of which some pod began with another value than the Secret has now. */
  outdated(key: string, readers: readonly SecretReader[], pods: readonly PodView[]): readonly SecretReader[] {
    const values = this.#looks.get(key)?.values;
    return readers.filter(({ key: name, service, keeps }) => {
      const known = values?.get(name) ?? [];
      if (keeps || known.length < 2) return false;
      const now = known.at(-1)?.digest;
      const hadAt = (at: number) => known.findLast(({ since }) => since <= at)?.digest ?? now;
      return pods.some(
        ({ service: of, startedAt, isEnding }) =>
          of === service && !isEnding && startedAt !== undefined && hadAt(Date.parse(startedAt)) !== now,
      );
    });
  }

  forget(key: string): void {
    this.#looks.delete(key);
  }
}

/** To the second, as the API server tells it: when the Secret was last written. */
function writtenAt(secret: KubeObject | undefined): number {
  const { creationTimestamp = '', managedFields = [] } = secret?.metadata ?? {};
  const times = [creationTimestamp, ...managedFields.map(({ time = '' }) => time)].map((time) =>
    Date.parse(time),
  );
  const known = times.filter((time) => !Number.isNaN(time));
  return known.length > 0 ? Math.max(...known) : Date.now();
}
