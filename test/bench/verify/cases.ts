import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Finding } from '../../../proof/findings.ts';
import { readDocuments, UnreadableError } from '../../../proof/source.ts';
import { verifyChat } from '../../proof/known.ts';

/** What became of the manifests of one folder. */
export interface Score {
  readonly cases: number;
  readonly found: number;
  /** Of the cases that mark a line, those that are found on it or up to two lines beside it. */
  readonly marked: number;
  readonly onLine: number;
  readonly valid: number;
  readonly falseAlarms: number;
  /** In words: what was missed, and each false alarm. */
  readonly missed: readonly string[];
  readonly alarms: readonly string[];
}

/** What is said of a text; `undefined` where it is refused in a sentence. */
function findingsIn(file: string): readonly Finding[] | undefined {
  try {
    return verifyChat(readDocuments(file, readFileSync(file, 'utf8')));
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}

const isError = ({ severity }: Finding): boolean => severity === 'error';
const keyOf = ({ code, message }: Finding): string => `${code} ${message}`;
const near = 2;

/** Paths of manifests with one fault each, and of correct ones. */
export interface Cases {
  readonly faulty: readonly string[];
  readonly valid: readonly string[];
}

/**
 * The cases of a folder: `cases/NAME.yaml`, each with one fault, whose line may end in `# FAULT`, and its correct twin
 * `cases/NAME.ok.yaml`; files of `valid/` are correct.
 */
export function casesIn(folder: string): Cases {
  return {
    faulty: filesIn(folder, 'cases/*.yaml').filter((path) => !path.endsWith('.ok.yaml')),
    valid: [...filesIn(folder, 'cases/*.ok.yaml'), ...filesIn(folder, 'valid/*.yaml')],
  };
}

/** The project's own. */
export function ownCases(): Cases {
  const folder = join(import.meta.dirname, '../../proof');
  return {
    faulty: filesIn(folder, 'broken/*.yaml'),
    valid: filesIn(folder, '{handwritten,charts,corpus}/*'),
  };
}

const filesIn = (folder: string, pattern: string): string[] =>
  globSync(pattern, { cwd: folder })
    .sort()
    .map((name) => join(folder, name));

/** A fault is found by what is not said of its twin, where it has one. */
export function scoreOf({ faulty, valid }: Cases): Score {
  const judged = faulty.map(judge);
  const alarms = valid.flatMap((path) => {
    const [alarm] = findingsIn(path)?.filter(isError) ?? [];
    return alarm ? [`${basename(path)}: ${keyOf(alarm)}`] : [];
  });
  return {
    cases: judged.length,
    found: judged.filter(({ isFound }) => isFound).length,
    marked: judged.filter(({ onLine }) => onLine !== undefined).length,
    onLine: judged.filter(({ onLine }) => onLine === true).length,
    valid: valid.length,
    falseAlarms: alarms.length,
    missed: judged.flatMap(({ name, isFound }) => (isFound ? [] : [name])),
    alarms,
  };
}

interface Judged {
  readonly name: string;
  readonly isFound: boolean;
  /** Absent where no line is marked, or nothing is found. */
  readonly onLine?: boolean;
}

function judge(path: string): Judged {
  const [name, twin] = [basename(path), path.replace(/\.yaml$/, '.ok.yaml')];
  const found = findingsIn(path);
  const known = new Set((existsSync(twin) ? (findingsIn(twin) ?? []) : []).map(keyOf));
  const own = (found ?? []).filter((finding) => !known.has(keyOf(finding)));
  const isFound = found === undefined || own.length > 0;
  const marks = readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line, index) => (line.includes('# FAULT') ? [index + 1] : []));
  if (marks.length === 0 || own.length === 0) return { name, isFound };
  const lines = own.flatMap(({ here, there }) => [here.line, ...(there ? [there.line] : [])]);
  return {
    name,
    isFound,
    onLine: lines.some((line) => marks.some((mark) => Math.abs(mark - line) <= near)),
  };
}
