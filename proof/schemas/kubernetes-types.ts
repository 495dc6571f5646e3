import { createRequire } from 'node:module';

/** The type of an object, or of a part of one, in one version of Kubernetes. */
export interface ObjectType {
  /** By name of a field: its type, as `TypeWord`. */
  readonly fields: ReadonlyMap<string, TypeWord>;
  readonly required: readonly string[];
  /** The only values of a field, or of each item of a list. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
}

/** `string`, `integer|string`, `quantity`, `object`, `any`, `[T]` a list of T, `{T}` a map of T, or the name of an `ObjectType`. */
export type TypeWord = string;

/** What scripts/kubernetes-schemas.ts writes: which fields each kind has, of which type, in which versions. */
export interface KubernetesSchema {
  readonly versions: readonly string[];
  /** By apiVersion and kind: the name of its type, with the versions that serve it. */
  readonly kinds: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly types: Readonly<Record<string, CompactType>>;
  /** By apiVersion and kind: when it is deprecated, removed, and what replaces it. */
  readonly retired: Readonly<Record<string, Readonly<Record<string, Retired>>>>;
}

export interface CompactType {
  /** By field: its type, such as `string`, `[core.v1.Container]`, `{string}`, with the versions that have it. */
  readonly fields: Readonly<Record<string, string>>;
  readonly required?: readonly string[];
  /** By field: its only values. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
}

/** What becomes of a kind of an old version. */
export interface Retired {
  /** The release that deprecates it, such as `1.25`. */
  readonly deprecated?: string;
  readonly removed?: string;
  /** `networking.k8s.io/v1 Ingress`. */
  readonly replacement?: string;
}

// A JSON module would be read at the start of every command.
const stored = (): KubernetesSchema =>
  createRequire(import.meta.url)('./kubernetes.json') as KubernetesSchema;

/** The releases whose schema is known, oldest first. */
export const knownVersions = (): readonly string[] => stored().versions;

export const newestVersion = (): string => knownVersions().at(-1) ?? '';

/** Kubernetes' own types in one release. */
export class KubernetesTypes {
  readonly #stored = stored();
  readonly #at: number;
  readonly #types = new Map<string, ObjectType | undefined>();
  readonly #groups = new Set(
    [this.#stored.kinds, this.#stored.retired].flatMap((known) => Object.keys(known).map(groupOf)),
  );

  /** @param version one of `knownVersions`. */
  constructor(version: string) {
    this.#at = this.#stored.versions.indexOf(version);
  }

  /** The kinds of an apiVersion; `undefined` where Kubernetes serves no such version. */
  kindsOf(apiVersion: string): string[] | undefined {
    const kinds = Object.entries(this.#own(this.#stored.kinds, apiVersion) ?? {}).filter(
      ([, word]) => this.#word(word) !== undefined,
    );
    return kinds.length > 0 ? kinds.map(([kind]) => kind) : undefined;
  }

  /** Whether an apiVersion claims to be Kubernetes' own: `apps/v2` does, `cert-manager.io/v1` does not. */
  isOwnGroup(apiVersion: string): boolean {
    return this.#groups.has(groupOf(apiVersion));
  }

  /** The apiVersions that have a kind of this name, stable ones first. */
  homesOf(kind: string): string[] {
    return Object.keys(this.#stored.kinds)
      .filter((apiVersion) => this.typeOfKind(apiVersion, kind) !== undefined)
      .sort((one, other) => Number(/(alpha|beta)/.test(one)) - Number(/(alpha|beta)/.test(other)));
  }

  /** Whether this version is older than a release. */
  isBefore(release: string): boolean {
    return minorOf(this.#stored.versions[this.#at] ?? '') < minorOf(release);
  }

  /** The name of a kind's type. */
  typeOfKind(apiVersion: string, kind: string): string | undefined {
    const kinds = this.#own(this.#stored.kinds, apiVersion);
    const word = kinds && this.#own(kinds, kind);
    return word === undefined ? undefined : this.#word(word);
  }

  retired(apiVersion: string, kind: string): Retired | undefined {
    const kinds = this.#own(this.#stored.retired, apiVersion);
    return kinds && this.#own(kinds, kind);
  }

  /** The type of that name; `undefined` for a word that is no type of an object. */
  type(name: string): ObjectType | undefined {
    if (!this.#types.has(name)) this.#types.set(name, this.#read(name));
    return this.#types.get(name);
  }

  #read(name: string): ObjectType | undefined {
    const type = this.#own(this.#stored.types, name);
    if (!type) return undefined;
    const fields = Object.entries(type.fields).flatMap(([field, words]): [string, string][] => {
      const word = this.#word(words);
      return word === undefined ? [] : [[field, word]];
    });
    const choices = new Map(Object.entries(type.choices ?? {}));
    return { fields: new Map(fields), required: type.required ?? [], choices };
  }

  /** `string`, or `string @1.32-1.34` where not every version has it. */
  #word(words: string): string | undefined {
    const parts = words.match(/\S+( @\S+)?/g) ?? [];
    for (const part of parts) {
      const [word = '', range] = part.split(' @');
      const [from = '', to = ''] = range?.split('-') ?? [];
      const { versions } = this.#stored;
      if (range === undefined || (versions.indexOf(from) <= this.#at && this.#at <= versions.indexOf(to)))
        return word;
    }
    return undefined;
  }

  #own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
    return Object.hasOwn(record, key) ? record[key] : undefined;
  }
}

/** The group of an API version; empty for `v1`. */
export const groupOf = (apiVersion: string): string => apiVersion.split('/').slice(0, -1).join('/');

const minorOf = (release: string): number => Number(release.split('.')[1]);
