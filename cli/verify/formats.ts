import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { version } from '../../model/version.ts';
import { findingCodes, type FindingCode, type Severity } from '../../proof/codes.ts';
import type { End, Finding } from '../../proof/findings.ts';
import { repository } from '../environment.ts';
import { standardInput } from './input.ts';
import { pathFrom } from './paths.ts';

/** How findings are written for other programs, besides JSON and YAML. */
export const formats = {
  github: githubText,
  junit: junitText,
  sarif: sarifText,
} as const;

/** A finding, or why the input cannot be read. */
export type Reported = Omit<Finding, 'code'> & { readonly code: FindingCode | 'UNREADABLE' };

/** What programs are told of input that cannot be read: without it they would take it for input without findings. */
export const unreadable = (message: string, { file, line }: Pick<End, 'file' | 'line'>): Reported => ({
  ...{ code: 'UNREADABLE', severity: 'error', message },
  here: { file, line, field: '' },
  fix: 'Correct the input: nothing in it was checked.',
});

const meaningOf = (code: Reported['code']): string =>
  code === 'UNREADABLE' ? 'The input cannot be read.' : findingCodes[code].meaning;

export type FindingFormat = keyof typeof formats;

export interface FormatOptions {
  /** Warnings fail too. */
  readonly strict: boolean;
}

const levels = { error: 'error', warning: 'warning', unknown: 'note' } as const satisfies Record<
  Severity,
  string
>;

/** Workflow commands of GitHub Actions, which shows each at its line of a change. */
function githubText(findings: readonly Reported[]): string {
  const commands = { error: 'error', warning: 'warning', unknown: 'notice' } as const;
  return findings
    .map(({ severity, code, message, here, fix }) => {
      // What is not from a file is shown beside the run.
      const isFile = here.file !== standardInput;
      const at = isFile ? `file=${property(pathFrom(repository(), here.file))},line=${here.line},` : '';
      const text = isFile ? message : `line ${here.line} of standard input: ${message}`;
      return `::${commands[severity]} ${at}title=${property(code)}::${data(`${text}\nfix: ${fix}`)}\n`;
    })
    .join('');
}

/** As actions/toolkit escapes a command's text and its properties. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

/** SARIF 2.1.0, as code scanning reads it. */
function sarifText(findings: readonly Reported[]): string {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'mooring verify',
            version,
            rules: codes.map((id) => ({
              id,
              shortDescription: { text: meaningOf(id) },
              defaultConfiguration: {
                level: id === 'UNREADABLE' ? 'error' : levels[findingCodes[id].severity],
              },
            })),
          },
        },
        results: findings.map(({ code, severity, message, here, there, fix }) => ({
          ruleId: code,
          ruleIndex: codes.indexOf(code),
          level: levels[severity],
          message: { text: `${message}\nFix: ${fix}` },
          locations: [locationOf(here)],
          ...(there ? { relatedLocations: [locationOf(there)] } : {}),
        })),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

const locationOf = ({ file, line }: End): object => ({
  physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: line } },
});

/** Relative to the repository, as code scanning reads it; a file elsewhere by its whole URI. */
function uriOf(file: string): string {
  const path = pathFrom(repository(), file);
  return isAbsolute(path) ? pathToFileURL(path).href : encodeURI(path);
}

/** A suite for each file with findings, as CI servers read JUnit's reports. */
function junitText(findings: readonly Reported[], { strict }: FormatOptions): string {
  const fails = ({ severity }: Reported): boolean =>
    severity === 'error' || (strict && severity === 'warning');
  const suites = [...Map.groupBy(findings, ({ here }) => here.file)].map(([file, ones]) => {
    const cases = ones.map((one) => caseText(one, fails(one))).join('');
    return `  <testsuite name="${xml(file)}" tests="${ones.length}" failures="${ones.filter(fails).length}">\n${cases}  </testsuite>\n`;
  });
  const none =
    '  <testsuite name="mooring verify" tests="1" failures="0">\n    <testcase name="no findings"/>\n  </testsuite>\n';
  const [tests, failures] = [Math.max(1, findings.length), findings.filter(fails).length];
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="mooring verify" tests="${tests}" failures="${failures}">\n${suites.join('') || none}</testsuites>\n`;
}

function caseText({ code, severity, message, here, fix }: Reported, isFailure: boolean): string {
  const text = xml(`${here.file}:${here.line}: ${message}\nfix: ${fix}`);
  const inside = isFailure
    ? `<failure type="${code}" message="${xml(message)}">${text}</failure>`
    : `<system-out>${severity}: ${text}</system-out>`;
  return `    <testcase classname="${xml(here.file)}" name="${code} at line ${here.line}">${inside}</testcase>\n`;
}

/** XML 1.0 has no control characters, escaped or not. */
const xml = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
