import { errorCodes, terminalCodes, type ErrorCodeFacts } from '../../model/errors.ts';
import { findingCodes, findingGroups, type FindingCodeFacts, type Severity } from '../../proof/codes.ts';
import { table } from '../output.ts';
import { mooringOfDocument } from '../same-stack.ts';

/** A code of a finding of `mooring verify`. */
export interface FindingCodeListed {
  readonly kind: 'finding';
  readonly code: string;
  readonly group: string;
  readonly severity: Severity;
  readonly means: string;
}

/** A code that an answer, a frame or a command ends with. */
export interface ErrorCodeListed {
  readonly kind: 'error';
  readonly code: string;
  readonly group: string;
  /** Null: no server answers with it. */
  readonly http: number | null;
  readonly exit: number;
  readonly means: string;
}

type Errors = Readonly<Record<string, ErrorCodeFacts & { readonly http?: number }>>;

const findings: Readonly<Record<string, FindingCodeFacts>> = findingCodes;
const errors: Errors = { ...errorCodes, ...terminalCodes };

/** What the table says of a finding's code; `undefined` where it is none. */
export const findingFacts = (code: string): FindingCodeFacts | undefined =>
  Object.hasOwn(findings, code) ? findings[code] : undefined;

/** The same of an error's code. */
export const errorFacts = (code: string): Errors[string] | undefined =>
  Object.hasOwn(errors, code) ? errors[code] : undefined;

export const findingListed = (
  code: string,
  { severity, group, meaning }: FindingCodeFacts,
): FindingCodeListed => ({ kind: 'finding', code, group: findingGroups[group], severity, means: meaning });

export const errorListed = (code: string, { http, exit, means }: Errors[string]): ErrorCodeListed => ({
  kind: 'error',
  code,
  group: http === undefined ? 'How commands end' : 'What the app answers, and how commands end',
  http: http ?? null,
  exit,
  means,
});

/** Every code, group after group. */
export const listedCodes = (): (FindingCodeListed | ErrorCodeListed)[] => [
  ...Object.keys(findingGroups).flatMap((group) =>
    Object.entries(findings)
      .filter(([, facts]) => facts.group === group)
      .map(([code, facts]) => findingListed(code, facts)),
  ),
  ...Object.entries(errors).map(([code, facts]) => errorListed(code, facts)),
];

/** Code → what it means, for shells and suggestions. */
export const meaningsOfCodes = (): Readonly<Record<string, string>> =>
  Object.fromEntries(listedCodes().map(({ code, means }) => [code, means]));

/** The list for people: a table for each group. */
export function listInWords(): string {
  const groups = [...Map.groupBy(listedCodes(), ({ group }) => group)].map(([group, codes]) => {
    const rows = codes.map((one) => [
      `  ${one.code}`,
      one.kind === 'finding' ? one.severity : `exit ${one.exit}`,
      one.means,
    ]);
    const [head = [], ...rest] = rows;
    return `${group}:\n${table(head, rest)}`;
  });
  return [
    ...groups,
    `"${mooringOfDocument('explain CODE')}" says more, with an example of each finding.`,
  ].join('\n\n');
}
