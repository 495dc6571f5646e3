/** One of pino's JSON lines, for a terminal: `12:00:01 INFO  Total connections: 1  key=value`. */
export function readableLine(json: string): string {
  const { time, level, msg, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${valueText(value)}`);
  const words = [clock, String(level).toUpperCase().padEnd(5), typeof msg === 'string' ? printable(msg) : ''];
  return `${[...words, ...fields].join(' ')}\n`;
}

/** A control character, such as one of a patient's id, could forge a line or move the cursor. */
const printable = (text: string): string =>
  text.replace(
    /[\p{C}\u2028\u2029]/gu,
    (sign) => `\\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );

/** An error is shown by its stack, each line of which is printable. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return printable(value);
  if (value !== null && typeof value === 'object' && 'stack' in value)
    return String(value.stack).split('\n').map(printable).join('\n');
  return JSON.stringify(value);
}
