/** The configuration file cannot be used; the message names it, with the line where one is known. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'CONFIG_FILE_INVALID';
}
