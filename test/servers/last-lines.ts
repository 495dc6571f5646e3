const SHOWN = 20;

/** The end of a program's output, indented for an error message: the cause is nearly always there. */
export function lastLines(text: string): string {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) return '  (it printed nothing)';
  return lines
    .slice(-SHOWN)
    .map((line) => `  ${line}`)
    .join('\n');
}
