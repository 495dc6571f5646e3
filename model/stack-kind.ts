import type { z } from 'zod';
import type { EnvRules, EnvValues } from './env.ts';
import type { KnownPort } from './known-port.ts';
import type { ProgramPack } from './pack.ts';
import type { ProgramFacts } from './program.ts';
import type { Reach, ServicePort } from './reach.ts';
import type { Stack } from './stack.ts';

/** What every document of every kind has. */
export interface StackDocument {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/**
 * A kind of stack, as data and functions of data: the schema of its document, the stack a document describes, facts
 * about its programs, and the check that it works. Only `defineKind` makes one.
 */
export interface StackKind<D extends StackDocument = StackDocument> {
  /** Such as `mooring.dev/v1alpha1`. */
  readonly apiVersion: string;
  /** Such as `ShopStack`. */
  readonly kind: string;
  /** Lower-case, as in a CRD: `shopstacks`. */
  readonly plural: string;
  readonly shortNames: readonly string[];
  /** Columns `kubectl get` prints besides those every kind has. */
  readonly columns: readonly PrinterColumn[];
  /** The field of the document that `kubectl scale` sets; absent: not scalable. */
  readonly scale?: { readonly replicasPath: string; readonly service: string };
  readonly schema: z.ZodType<D>;
  /** Set by `defineKind`: paths whose refinements an API server cannot check, so that only a reconcile reports them. */
  readonly unstated?: readonly string[];
  /** Values of `spec.preset`; empty where the kind has none. */
  readonly presets: readonly string[];
  /**
   * Values of `spec` that have every kind of object rendered that no preset renders by itself, such as an Ingress: what an
   * operator may do is derived from them. Absent: the presets show all.
   */
  readonly samples?: readonly object[];
  /** A commented document to begin with, as YAML; `defineKind` adds the fields that every kind has. */
  starter(chosen: StarterChoice): string;
  /** Of a stack that is written in code, without a document of its own: the file. Absent: documents are written. */
  readonly writtenIn?: string;
  /** Rewrites forms of earlier releases before the schema reads them; `warnings` says which. */
  rewrite?(document: unknown): { readonly document: unknown; readonly warnings: readonly string[] };
  /** @throws StackError when the document contradicts itself. */
  stack(document: D): Stack;
  /**
   * An earlier document with its volumes as large as a later one has them, since a volume never shrinks; `grown` says
   * so, a sentence for each. Absent: a rollback applies the earlier document as it is.
   */
  withGrownVolumes?(earlier: D, later: D): { readonly document: D; readonly grown: readonly string[] };
  /** Facts about the programs of its images. */
  readonly programs: readonly ProgramFacts[];
  /** What is known of programs that run beside its own; absent: nothing more than is built in. */
  readonly packs?: readonly ProgramPack[];
  /** What usually listens on ports, and which ports are confused. */
  readonly knownPorts: readonly KnownPort[];
  /** The folder of Mooring's own package with its source, its schema in `document.ts`; absent: it is not built in. */
  readonly sourceFolder?: string;
  /** By service: what is known of its environment beyond each variable alone, and of it on a developer's machine. */
  readonly environment?: Readonly<Record<string, ServiceEnvironment>>;
  /** What `mooring open` opens; absent: the first port of the world. */
  readonly opens?: Opens;
  /** The check of a running stack beyond rollout, endpoints and gates. */
  readonly check?: StackCheck<D>;
  /** By service: how a service that stores its secret itself gets a new one. */
  readonly rotate?: Readonly<Record<string, RotateService>>;
}

export interface PrinterColumn {
  readonly name: string;
  readonly jsonPath: string;
  readonly type: 'string' | 'integer' | 'date' | 'boolean';
  readonly description: string;
}

/** The choices of `mooring init` for a new document. */
export interface StarterChoice {
  readonly name: string;
  readonly namespace: string;
  readonly preset: string;
  /** Where an editor finds the document's JSON schema; absent: nowhere. */
  readonly schema?: string;
}

export interface ServiceEnvironment extends Pick<EnvRules<EnvValues>, 'together' | 'foreign'> {
  /** Why a dependency is not dialled with this environment, as a sentence; undefined where it is. */
  embedded?(dependency: string, env: EnvValues): string | undefined;
  /** What becomes of a dependency whose host and port nothing sets, as a clause; absent: it is needed all the same. */
  readonly unaddressed?: string;
  /** By port: what a process that listens there says of itself to everyone. */
  readonly status?: Readonly<Record<string, LocalStatus>>;
}

/** How a process on a developer's machine is recognised, and what it says. */
export interface LocalStatus {
  readonly path: string;
  /** With its article: `A web shop`. */
  readonly what: string;
  /** @returns undefined for a body that is not its own. */
  readonly read: (body: unknown) => { readonly ready: boolean; readonly message: string } | undefined;
}

export interface Opens extends ServicePort {
  /** The path, with `:name` for each parameter: lower-case letters, since each is an option of `mooring open`. */
  readonly path: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly default: string;
    readonly doc: string;
  }[];
}

/** A use of the running stack that succeeds only when it really works. */
export interface StackCheck<D extends StackDocument> {
  /** The port it uses first; a pod that reports ready may be checked before the Service leads to it. */
  readonly through: ServicePort;
  /** Completes "waiting for …" and "… did not pass": `a test order`. */
  readonly what: string;
  /** An earlier name of the option `--no-check` that is still taken, such as `no-order`. */
  readonly earlierOption?: string;
  /** Why it cannot run with these credentials; undefined when it can. Called before anything changes. */
  refusal(document: D, token: string | undefined): string | undefined;
  /** @throws CheckFailed in words. */
  run(reach: Reach, request: CheckRequest<D>): Promise<CheckResult>;
}

export interface CheckRequest<D extends StackDocument> {
  readonly document: D;
  readonly stack: Stack;
  readonly token?: string;
  readonly signal?: AbortSignal;
}

export interface CheckResult {
  /** A sentence for people. */
  readonly says: string;
  /** The same as data, merged into the result of `-o json`. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** The old and the new value of one secret of one service. */
export interface SecretChange {
  readonly stack: Stack;
  /** The secret's name in the service, such as `password`. */
  readonly secret: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Gives a service that stores its secret itself the new value. Idempotent: does nothing when the service has the new
 * one already. @throws CheckFailed, final when the service accepts neither.
 */
export type RotateService = (reach: Reach, change: SecretChange) => Promise<void>;
