/** One of pino's JSON lines, for a terminal: `12:00:01 INFO  Total connections: 1  key=value`. */
export function readableLine(json: string): string {
  const { time, level, msg, ...rest } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 19);
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${valueText(value)}`);
  return `${[clock, String(level).toUpperCase().padEnd(5), typeof msg === 'string' ? msg : '', ...fields].join(' ')}\n`;
}

/** An error is shown by its stack. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value !== null && typeof value === 'object' && 'stack' in value) return String(value.stack);
  return JSON.stringify(value);
}
