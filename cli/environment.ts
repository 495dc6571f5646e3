/** The only reader of `process.env` in the CLI. What kubectl's own variables say is read by its client library. */

/** Where the document is when no `--file` says so. */
export const stackFromEnvironment = (): string | undefined => process.env['MOORING_STACK'];

/** The whole environment, for what is asked about it: `doctor --local` parses it as the backend would. */
export const wholeEnvironment = (): Readonly<Record<string, string | undefined>> => process.env;

/** How the user called this program; the launcher says so when kubectl did. */
export const calledAs = (): string => process.env['MOORING_CALLED_AS'] ?? 'mooring';
