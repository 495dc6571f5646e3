/** One of the five fields of a schedule: its bounds, and the names that stand for numbers. */
interface Unit {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const units: readonly Unit[] = [
  { name: 'minute', least: 0, most: 59, names: [] },
  { name: 'hour', least: 0, most: 23, names: [] },
  { name: 'day of the month', least: 1, most: 31, names: [] },
  { name: 'month', least: 1, most: 12, names: months },
  { name: 'day of the week', least: 0, most: 6, names: days },
];
const words = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly)$/;
const duration = /^@every [+-]?(0|((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/;

/**
 * Why a text is no schedule of a CronJob, as the parser that Kubernetes uses (robfig/cron) reads it; `undefined` where it
 * is one. cron-parser, croner and cron-validate take what that refuses, such as 7 for Sunday, and refuse `@every 5m`.
 */
export function scheduleProblem(schedule: string): string | undefined {
  if (schedule.includes('TZ')) return 'a time zone belongs in timeZone';
  if (schedule.startsWith('@'))
    return words.test(schedule) || duration.test(schedule)
      ? undefined
      : 'it is none of @hourly, @daily, @weekly, @monthly, @yearly and @every 5m';
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== units.length)
    return `it has ${fields.length} fields, not the 5 of minute, hour, day, month and day of the week`;
  for (const [index, unit] of units.entries())
    for (const part of (fields[index] ?? '').split(',').filter((one) => one !== '')) {
      const problem = partProblem(part, unit);
      if (problem !== undefined) return `${problem} in "${fields[index] ?? ''}", its ${unit.name}`;
    }
  return undefined;
}

/** `*`, `5`, `1-5`, and each with a step, as `10-50/5`. */
function partProblem(part: string, unit: Unit): string | undefined {
  const [range = '', step, ...more] = part.split('/');
  if (more.length > 0) return 'there are too many "/"';
  if (step !== undefined && !(/^\+?\d+$/.test(step) && Number(step) > 0)) return `"${step}" is no step`;
  return rangeProblem(range, unit);
}

function rangeProblem(range: string, unit: Unit): string | undefined {
  const [from = '', to = from, ...more] = range.split('-');
  if (from === '*' || from === '?') return undefined;
  if (more.length > 0) return 'there are too many "-"';
  const ends = [from, to].map((text) => ({ text, number: numberOf(text, unit) }));
  const unread = ends.find(({ number }) => number === undefined);
  if (unread) return `"${unread.text}" is no ${unit.name}`;
  const [first = 0, last = 0] = ends.map(({ number }) => number);
  const outside = [first, last].find((number) => number < unit.least || number > unit.most);
  if (outside !== undefined) return `${outside} is not from ${unit.least} to ${unit.most}`;
  return first > last ? `${range} ends before it begins` : undefined;
}

function numberOf(text: string, { names, least }: Unit): number | undefined {
  const at = names.indexOf(text.toLowerCase());
  if (at >= 0) return at + least;
  return /^\+?\d+$/.test(text) ? Number(text) : undefined;
}
