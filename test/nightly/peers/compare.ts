import { basename } from 'node:path';
import { ownCases } from '../../bench/verify/cases.ts';
import type { Verifier } from './verifiers.ts';

/** Who finds what. */
export interface Compared {
  readonly versions: Readonly<Record<string, string>>;
  /** Case → those that find it. */
  readonly cases: Readonly<Record<string, readonly string[]>>;
  readonly found: Readonly<Record<string, number>>;
  /** How many correct files there are, and of how many each says nothing. */
  readonly valid: number;
  readonly silent: Readonly<Record<string, number>>;
  /** What each says of correct files, the most frequent first, by the number of files. */
  readonly alarms: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What is said of a greater share of the correct files tells nothing of a broken one. */
const usualShare = 0.1;

/** Holds verifiers, by their names, against the project's own cases and correct manifests. */
export async function compare(verifiers: Readonly<Record<string, Verifier>>): Promise<Compared> {
  const { faulty, valid } = ownCases();
  const judged: [string, Judged][] = [];
  for (const [name, verifier] of Object.entries(verifiers))
    judged.push([name, await judgedBy(verifier, faulty, valid)]);
  const byName = <T>(of: (one: Judged) => T): Record<string, T> =>
    Object.fromEntries(judged.map(([name, one]) => [name, of(one)]));
  return {
    versions: byName(({ version }) => version),
    cases: Object.fromEntries(
      faulty.map((file) => [
        basename(file, '.yaml'),
        judged.flatMap(([name, { found }]) => (found.has(file) ? [name] : [])),
      ]),
    ),
    found: byName(({ found }) => found.size),
    valid: valid.length,
    silent: byName(({ silent }) => silent),
    alarms: byName(({ alarms }) => alarms),
  };
}

interface Judged {
  readonly version: string;
  readonly found: ReadonlySet<string>;
  readonly silent: number;
  readonly alarms: Readonly<Record<string, number>>;
}

async function judgedBy(
  { version, judge }: Verifier,
  faulty: readonly string[],
  valid: readonly string[],
): Promise<Judged> {
  const said = await judgedAll(judge, valid);
  const ofFiles = countOf(said);
  const isTelling = (line: string): boolean => (ofFiles[line] ?? 0) <= valid.length * usualShare;
  const saidOfFaulty = await judgedAll(judge, faulty);
  return {
    version,
    found: new Set(faulty.filter((_, index) => saidOfFaulty[index]?.some(isTelling))),
    silent: said.filter((lines) => lines.length === 0).length,
    alarms: countOf(said.map((lines) => lines.map(checkOf))),
  };
}

async function judgedAll(judge: Verifier['judge'], files: readonly string[]): Promise<(readonly string[])[]> {
  const said: (readonly string[])[] = [];
  for (const file of files) said.push(await judge(file));
  return said;
}

/** The check of a line, without its words. */
const checkOf = (line: string): string => line.split(':')[0] ?? line;

/** Line → of how many files it is said. */
function countOf(files: readonly (readonly string[])[]): Record<string, number> {
  const lines = Object.entries(
    Object.groupBy(
      files.flatMap((said) => [...new Set(said)]),
      (line) => line,
    ),
  );
  return Object.fromEntries(
    lines.map(([line, ones = []]): [string, number] => [line, ones.length]).sort(([, a], [, b]) => b - a),
  );
}
