import { redactorFor } from '../model/redact.ts';
import type { Variables } from '../model/env.ts';
import { checks } from './checks/all.ts';
import { findingCodes } from './codes.ts';
import { subjectOf, type Check, type Pack } from './checks/subject.ts';
import { findingOf, type Fault, type Finding } from './findings.ts';
import { readGraph, type Graph } from './graph/graph.ts';
import { withoutAnnotated, withoutNamed, type Ignore } from './ignore.ts';
import type { Knowledge } from './knowledge.ts';
import { definitionsIn } from './schemas/custom-definitions.ts';
import { customFaults } from './schemas/custom-faults.ts';
import { schemaFaults } from './schemas/faults.ts';
import { partFaults } from './schemas/parts.ts';
import { refusals } from './schemas/refusals.ts';
import { KubernetesTypes, newestVersion } from './schemas/kubernetes-types.ts';
import { Validator } from './schemas/validator.ts';
import { asReplacedLater } from './placeholders.ts';
import { asPatched } from './patched.ts';
import { Places } from './places.ts';
import type { Doc } from './source.ts';

/**
 * Every contradiction in rendered manifests, sorted by file and line, each once. Pure: nothing is rendered and no
 * cluster is asked.
 * @param knowledge of the programs in the manifests and of ports, as the kinds have it.
 * @param packs whose checks are run after the general ones.
 * @param kubernetes the release whose schema the objects must have, one of `knownVersions`; the newest by default.
 */
export function verify(
  docs: readonly Doc[],
  knowledge: Knowledge,
  packs: readonly Pack[],
  kubernetes?: string,
): Finding[] {
  return verifySifted(docs, knowledge, packs, kubernetes === undefined ? {} : { kubernetes }).findings;
}

export interface VerifyChoice {
  readonly kubernetes?: string;
  /** What is not to be reported, besides what annotations say. */
  readonly ignores?: readonly Ignore[];
}

/** The same, and how many findings were left out because annotations or `ignores` say so. */
export function verifySifted(
  docs: readonly Doc[],
  knowledge: Knowledge,
  packs: readonly Pack[],
  { kubernetes, ignores = [] }: VerifyChoice,
): { readonly findings: Finding[]; readonly ignored: number } {
  const seen = new Set<string>();
  const redactor = redactorFor(variablesIn(knowledge));
  const annotated = withoutAnnotated(docs, faultsOf(docs, knowledge, packs, kubernetes));
  const named = withoutNamed(annotated.faults, ignores);
  const findings = named.faults
    .map((fault) => findingOf(asPatched(fault), redactor))
    .filter(({ code, message }) => !seen.has(`${code} ${message}`) && seen.add(`${code} ${message}`))
    .sort((a, b) =>
      a.here.file === b.here.file ? a.here.line - b.here.line : a.here.file < b.here.file ? -1 : 1,
    );
  return { findings, ignored: annotated.ignored + named.ignored };
}

/** Every variable of the programs, by name. */
export const variablesIn = ({ programs }: Knowledge): Variables =>
  Object.fromEntries(programs.flatMap(({ service }) => Object.entries(service.variables ?? {})));

/**
 * The same as faults, in the order of the checks. Each check is alone: what one finds, or that it fails, hides nothing
 * that another finds.
 */
export function faultsOf(
  docs: readonly Doc[],
  knowledge: Knowledge,
  packs: readonly Pack[],
  kubernetes: string = newestVersion(),
): Fault[] {
  const { types } = validatorOf(kubernetes);
  const parts = docs.flatMap((doc) => partFaults(doc, types));
  if (parts.length === 0) return faultsOfWhole(docs, knowledge, packs, kubernetes);
  const partial = new Set(parts.map(({ here }) => here.doc));
  const whole = docs.filter((doc) => !partial.has(doc));
  return [...parts, ...faultsOfWhole(whole, knowledge, packs, kubernetes)];
}

/** The faults of objects of which none is a part only. */
function faultsOfWhole(
  docs: readonly Doc[],
  knowledge: Knowledge,
  packs: readonly Pack[],
  kubernetes: string,
): Fault[] {
  const read = readGraph(docs);
  const schema = schemaFaultsOf(docs, kubernetes);
  const told = new Places(schema.map(({ here }) => here));
  // What our shape of a part refuses is told by Kubernetes' own schema of the part, or of something in it.
  const own = [
    ...schema,
    ...read.faults.filter(({ here }) => !told.hasAround(here) && !told.hasInside(here)),
  ].map(asReplacedLater);
  const all = [...checks, ...packs.flatMap((pack) => pack.checks ?? [])];
  const found = foundIn(read.graph, docs, { all, knowledge, packs });
  if (read.damage.length === 0) return [...own, ...found];
  // What depends on what stands in for an unreadable part has that part as its cause, which is told already.
  const other = foundIn(readGraph(docs, 'plausible').graph, docs, { all, knowledge, packs });
  const also = new Set(other.map(keyOf));
  const damage = new Places(read.damage);
  const isAtDamage = ({ here, there }: Fault): boolean =>
    damage.hasAround(here) || (there !== undefined && damage.hasAround(there));
  const independent = found.filter((fault) => also.has(keyOf(fault)) && !isAtDamage(fault));
  return [...own, ...independent];
}

/** Compiled once: the types of a kind are many. */
const validators = new Map<string, Validator>();

function validatorOf(version: string): Validator {
  const validator = validators.get(version) ?? new Validator(new KubernetesTypes(version));
  validators.set(version, validator);
  return validator;
}

function schemaFaultsOf(docs: readonly Doc[], version: string): Fault[] {
  const validator = validatorOf(version);
  const definitions = definitionsIn(docs);
  return docs.flatMap((doc) => [
    ...schemaFaults(doc, validator),
    ...refusals(doc, validator.types),
    ...customFaults(doc, definitions, validator),
  ]);
}

const keyOf = ({ code, message, here }: Fault): string => JSON.stringify([code, message, here.path]);

interface Judges {
  readonly all: readonly Check[];
  readonly knowledge: Knowledge;
  readonly packs: readonly Pack[];
}

function foundIn(graph: Graph, docs: readonly Doc[], { all, knowledge, packs }: Judges): Fault[] {
  const subject = subjectOf(graph, knowledge, packs);
  return all.flatMap((check) => {
    try {
      return check(subject);
    } catch (error) {
      return docs.slice(0, 1).map((doc) => failed(check.name, doc, error));
    }
  });
}

const failed = (name: string, doc: Doc, error: unknown): Fault => ({
  code: 'CHECK_FAILED',
  message: `The check "${name}" failed: ${error instanceof Error ? error.message : String(error)}. What it looks for is not known.`,
  here: { doc, path: [] },
  fix: findingCodes.CHECK_FAILED.fix,
});
