/**
 * The file of a thread beside the module that starts it: bundled for the image, it has the name of its entry and another
 * ending.
 * @param starter `import.meta.url` of that module.
 */
export const threadEntry = (name: string, starter: string): URL =>
  new URL(`./${name}${starter.endsWith('.ts') ? '.ts' : '.js'}`, starter);
