import type { Kinds } from '../../model/kinds.ts';
import { UserError } from '../../charts-ts/user-error.ts';
import { redactorFor } from '../../model/redact.ts';
import type { Severity } from '../../proof/codes.ts';
import { findingText, type Finding } from '../../proof/findings.ts';
import { fixesOf, type Source } from '../../proof/fixes.ts';
import { UnreadableError, type Doc } from '../../proof/source.ts';
import { beyondEdges, type Beyond } from '../../proof/packs/mooring/beyond-edges.ts';
import { knowledgeOf } from '../../proof/knowledge.ts';
import { packsOf } from '../../proof/packs/built-in.ts';
import { patchedIn, type Patched } from '../../proof/patched.ts';
import { ignoreOf } from '../../proof/ignore.ts';
import { knownVersions } from '../../proof/schemas/kubernetes-types.ts';
import { variablesIn, verifySifted, type VerifyChoice } from '../../proof/verify.ts';
import { CommandError } from '../errors.ts';
import { note, print, type OutputFormat } from '../output.ts';
import { findTarget } from '../target.ts';
import { formats, unreadable, type FindingFormat } from './formats.ts';
import { printFixes, writeFixes } from './fix.ts';
import { printBeyond } from './policies.ts';
import { documentsOf, sourcesOf, standardInput, usualFolder } from './input.ts';
import { mooringOfDocument } from '../same-stack.ts';

/** What `-o json` and `-o yaml` write. */
interface Verdict {
  readonly objects: number;
  readonly errors: number;
  readonly warnings: number;
  readonly unknowns: number;
  /** Findings that were left out, since an annotation or the command line says so. */
  readonly ignored: number;
  readonly findings: readonly Finding[];
  /** What patches of a stack change beyond its model; absent where none does. */
  readonly patched?: readonly Patched[];
}

export interface VerifyOptions {
  readonly output?: OutputFormat | FindingFormat;
  /** `CODE` or `CODE@Kind/name`. */
  readonly ignore?: readonly string[];
  /** A release of Kubernetes, such as `1.33`; absent: the newest that is known. */
  readonly kubernetes?: string;
  /** End with 1 on warnings too. */
  readonly strict?: boolean;
  /** Print what would mend findings as a diff. */
  readonly fix?: true;
  /** With `fix`: write it into the files. */
  readonly write?: true;
  /** List what policies allow beyond the declared edges of stacks, instead of findings. */
  readonly policies?: true;
  /** Check a namespace of a cluster. */
  readonly live?: true;
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  /** List for people what depends on things that are not among the manifests. */
  readonly showUnknown?: boolean;
}

/**
 * Prints the findings in manifests. The process ends with 1 when one is an error, or, if strict, a warning.
 * @param named files, folders or `-`; empty: `dist/`.
 * @param kinds whose programs and ports are known.
 * @throws CommandError NO_SUCH_FILE; UserError when a file is no YAML or holds nothing.
 */
export async function verifyCommand(
  kinds: Kinds,
  named: readonly string[],
  options: VerifyOptions,
): Promise<void> {
  refuseFixOf(options);
  refusePoliciesOf(options);
  const choice = choiceOf(options);
  const { sources, docs, kubernetes, asSaid } = await inputOf(named, options).catch((error: unknown) =>
    refused(error, named, options),
  );
  const knowledge = knowledgeOf(kinds);
  const packs = packsOf(kinds);
  if (options.policies) return concludePolicies(beyondEdges(docs, knowledge, packs), options);
  const judge = (some: readonly Doc[]): Sifted => {
    const { findings, ignored } = verifySifted(some, knowledge, packs, { ...kubernetes, ...choice });
    return { findings: asSaid?.(findings) ?? findings, ignored };
  };
  const sifted = judge(docs);
  const verdictFor = (found: Sifted): Verdict => verdictOf(docs, found);
  if (!options.fix) return conclude(verdictFor(withoutEdits(sifted)), options);
  const { findings } = sifted;
  const fixes = fixesOf(sources, findings, (some) => judge(some).findings);
  const proven = findings.map((one) => (fixes.fixed.includes(one) ? one : withoutEdit(one)));
  if (options.output) return conclude(verdictFor({ ...sifted, findings: proven }), options);
  const redactor = redactorFor(variablesIn(knowledge));
  if (!options.write) printFixes({ sources, docs, findings, fixes }, redactor);
  else writeFixes(sources, fixes);
  const shown = verdictFor(options.write ? { ...sifted, findings: fixes.left } : sifted);
  if (options.write) note(forPeople(shown, options));
  endWith(shown, options);
}

/** Tells other programs, too, why the input cannot be read. */
async function refused(
  error: unknown,
  [first = usualFolder]: readonly string[],
  { output, strict = false }: VerifyOptions,
): Promise<never> {
  if (error instanceof UserError && output !== undefined && output !== 'json' && output !== 'yaml') {
    const { cause } = error;
    const told =
      cause instanceof UnreadableError
        ? unreadable(cause.what, cause)
        : unreadable(error.message, { file: first === '-' ? standardInput : first, line: 1 });
    await print(undefined, formats[output]([told], { strict }));
  }
  throw error;
}

interface Sifted {
  readonly findings: readonly Finding[];
  readonly ignored: number;
}

const withoutEdit = (finding: Finding): Finding => ({ ...finding, edits: undefined });

/** What is not proved to mend a finding is not shown. */
const withoutEdits = ({ findings, ignored }: Sifted): Sifted => ({
  findings: findings.map(withoutEdit),
  ignored,
});

async function conclude(verdict: Verdict, options: VerifyOptions): Promise<void> {
  await printVerdict(verdict, options);
  endWith(verdict, options);
}

function endWith({ errors, warnings }: Verdict, { strict }: VerifyOptions): void {
  if (errors > 0 || (strict && warnings > 0)) process.exitCode = 1;
}

async function concludePolicies(
  beyond: readonly Beyond[] | undefined,
  { output, strict }: VerifyOptions,
): Promise<void> {
  await printBeyond(beyond, output === 'yaml' ? output : output && 'json');
  if (strict && beyond && beyond.length > 0) process.exitCode = 1;
}

/** @throws CommandError USAGE. */
function refusePoliciesOf({ policies, fix, ignore, output }: VerifyOptions): void {
  if (!policies) return;
  const isData = output === undefined || output === 'json' || output === 'yaml';
  if (!isData) throw new CommandError('USAGE', `-o ${output} is for findings; --policies has json and yaml.`);
  if (fix ?? ignore)
    throw new CommandError('USAGE', '--policies lists no findings; leave out --fix and --ignore.');
}

/** @throws CommandError USAGE. */
function refuseFixOf({ fix, write, live, output }: VerifyOptions): void {
  const refused =
    write && !fix
      ? '--write writes what --fix prints; give both.'
      : fix && live
        ? '--fix is for files; --live reads a cluster.'
        : write && output
          ? '--write changes the files; leave out -o, or --write.'
          : fix && output && output !== 'json' && output !== 'yaml'
            ? `-o ${output} has no edits; use -o json, or no -o for a diff.`
            : undefined;
  if (refused !== undefined) throw new CommandError('USAGE', refused);
}

interface Input {
  /** The texts of the objects; none of a cluster. */
  readonly sources: readonly Source[];
  readonly docs: readonly Doc[];
  readonly kubernetes?: Pick<VerifyChoice, 'kubernetes'>;
  /** The findings as they can be said of this input. */
  readonly asSaid?: (found: readonly Finding[]) => readonly Finding[];
}

/** @throws CommandError USAGE, NO_SUCH_FILE; UserError where there is nothing; ClusterError. */
async function inputOf(named: readonly string[], options: VerifyOptions): Promise<Input> {
  if (options.live) return liveInput(named, options);
  const [option] = (['namespace', 'context', 'kubeconfig'] as const).filter((one) => options[one]);
  if (option) throw new CommandError('USAGE', `--${option} is for --live, which reads a cluster.`);
  const sources = await sourcesOf(named);
  const docs = documentsOf(sources);
  if (docs.length > 0) return { sources, docs };
  throw new UserError(`There is no object in ${named.join(', ') || usualFolder}; name rendered manifests.`);
}

async function liveInput(named: readonly string[], options: VerifyOptions): Promise<Input> {
  if (named.length > 0)
    throw new CommandError('USAGE', `--live reads a cluster; leave out ${named.join(', ')}, or --live.`);
  const { cluster } = await findTarget(options);
  const { liveFindings, readLive } = await import('./live.ts');
  const namespace = options.namespace ?? cluster.api.namespace ?? 'default';
  const live = await readLive(cluster, namespace).finally(() => cluster.api.close());
  const { docs, unread, kubernetes } = live;
  if (docs.length === 0 && unread.length === 0)
    throw new UserError(`There is no object in namespace ${namespace} (context ${cluster.api.context}).`);
  return {
    sources: [],
    docs,
    ...(kubernetes === undefined ? {} : { kubernetes: { kubernetes } }),
    asSaid: (found) => liveFindings(namespace, live, found),
  };
}

/** @throws CommandError USAGE. */
function choiceOf({ kubernetes, ignore = [] }: VerifyOptions): VerifyChoice {
  if (kubernetes !== undefined && !knownVersions().includes(kubernetes))
    throw new CommandError(
      'USAGE',
      `The schema of Kubernetes ${kubernetes} is not known; choose one of ${knownVersions().join(', ')}.`,
    );
  try {
    return { ignores: ignore.map(ignoreOf), ...(kubernetes === undefined ? {} : { kubernetes }) };
  } catch (error) {
    throw error instanceof RangeError ? new CommandError('USAGE', `--ignore: ${error.message}`) : error;
  }
}

/** Formats of other programs show what people are shown; JSON and YAML are whole. */
async function printVerdict(verdict: Verdict, options: VerifyOptions): Promise<void> {
  const { output, strict = false } = options;
  if (output === undefined || output === 'json' || output === 'yaml')
    return print(verdict, forPeople(verdict, options), output);
  return print(undefined, formats[output](shownOf(verdict, options), { strict }));
}

const shownOf = ({ findings }: Verdict, { showUnknown = false }: VerifyOptions): readonly Finding[] =>
  findings.filter(({ severity }) => showUnknown || severity !== 'unknown');

function verdictOf(
  docs: readonly Doc[],
  { findings, ignored }: { readonly findings: readonly Finding[]; readonly ignored: number },
): Verdict {
  const count = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  const patched = patchedIn(docs);
  return {
    objects: docs.length,
    errors: count('error'),
    warnings: count('warning'),
    unknowns: count('unknown'),
    ignored,
    findings,
    ...(patched.length > 0 ? { patched } : {}),
  };
}

function forPeople(verdict: Verdict, options: VerifyOptions): string {
  const shown = shownOf(verdict, options);
  const summary = summaryOf(verdict, options.showUnknown === true);
  const patches = (verdict.patched ?? []).map(patchedText);
  return [...shown.map(findingText), [summary, ...patches, ...explainedBy(shown)].join('\n')].join('\n\n');
}

const patchedText = ({ object, because, paths }: Patched): string =>
  `Patched beyond its model: ${object} at ${paths.join(', ')}: ${because}`;

/** The command that says more of a code, once. */
const explainedBy = (shown: readonly Finding[]): string[] =>
  shown
    .slice(0, 1)
    .map(({ code }) => `"${mooringOfDocument(`explain ${code}`)}" says what shows it, with an example.`);

function summaryOf({ objects, errors, warnings, unknowns, ignored }: Verdict, showsAll: boolean): string {
  const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
  const told = [
    ...(errors > 0 ? [many(errors, 'error')] : []),
    ...(warnings > 0 ? [many(warnings, 'warning')] : []),
    ...(ignored > 0 ? [`${ignored} ignored`] : []),
  ];
  const found =
    told.length > 0
      ? `${many(objects, 'object')}, ${told.join(', ')}.`
      : `${many(objects, 'object')}: no findings.`;
  if (unknowns === 0) return found;
  return `${found} ${many(unknowns, 'thing')} cannot be known from these manifests${showsAll ? '' : ' (--show-unknown lists them)'}.`;
}
