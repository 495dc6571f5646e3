import { delimiter } from 'node:path';

/** The only reader of `process.env` in the CLI; the client library reads kubectl's own variables. */

/** The document's path without `--file`. */
export const stackFromEnvironment = (): string | undefined => process.env['MOORING_STACK'];

/** The whole environment, which `doctor --local` parses as the service would. */
export const wholeEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;

/** The path of the launcher, or of npm's link to this program, by which it was started; undefined without either. */
export const launcher = (): string | undefined => process.env['MOORING_CALLED_AS'] ?? linkTo(process.argv[1]);

/** A link is called as the command is; the program itself is a file of JavaScript or TypeScript. */
const linkTo = (program = ''): string | undefined =>
  /\.[cm]?[jt]s$/.test(program) || program === '' ? undefined : program;

/** The folders in which a shell looks for a command. */
export const commandPath = (): readonly string[] => (process.env['PATH'] ?? '').split(delimiter);

/** The folder from which other programs name the files of a repository: GitHub Actions says it, others start in it. */
export const repository = (): string => process.env['GITHUB_WORKSPACE'] ?? process.cwd();
