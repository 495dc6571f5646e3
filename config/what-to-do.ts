/** What to do about an error of a configuration file, as a sentence. */
export function whatToDo(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const message = error instanceof Error ? error.message : '';
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return 'Node strips types and compiles nothing: write an object in place of an enum, a module in place of a namespace, and fields in place of parameter properties.';
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'ERR_UNSUPPORTED_DIR_IMPORT')
    return 'Import a file by its whole name, such as "./services.ts", and install a package in this folder.';
  if (/^(module|exports|require|__dirname|__filename) is not defined/.test(message))
    return 'The file is an ES module: write "import" and "export default", and import.meta.dirname for its folder.';
  return 'Correct the file at this line, then run the command again.';
}
