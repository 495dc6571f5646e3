/** The only reader of `process.env` in the CLI; the client library reads kubectl's own variables. */

/** The document's path without `--file`. */
export const stackFromEnvironment = (): string | undefined => process.env['MOORING_STACK'];

/** The whole environment, which `doctor --local` parses as the service would. */
export const wholeEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;

/** The name the user called this program by, such as `kubectl mooring`, from the launcher. */
export const calledAs = (): string => process.env['MOORING_CALLED_AS'] ?? 'mooring';

/** The folder from which other programs name the files of a repository: GitHub Actions says it, others start in it. */
export const repository = (): string => process.env['GITHUB_WORKSPACE'] ?? process.cwd();
