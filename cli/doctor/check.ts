import { tone } from '../output.ts';

/** Where a value was seen: the layers from what is written to what runs. */
export type Layer = 'contract' | 'rendered' | 'live' | 'running' | 'env file' | 'shell';

export interface Place {
  readonly layer: Layer;
  /** What stands there; null where nothing does. A secret is only ever named. */
  readonly value: string | null;
  /** Object, file or pod, and who set it. */
  readonly where: string;
}

/** One thing doctor looked at. */
export interface Check {
  /** A name that scripts may rely on, such as `env/STORE_PORT` or `dial/store`. */
  readonly id: string;
  /** `note`: worth knowing, nothing is broken. */
  readonly verdict: 'ok' | 'wrong' | 'note';
  readonly says: string;
  readonly places?: readonly Place[];
  /** What to do about it. */
  readonly fix?: string;
}

const marks = { ok: ['good', '✓'], wrong: ['bad', '✗'], note: ['doubtful', '!'] } as const;

/** What was looked at, for people: what is wrong first. */
export function inWords(checks: readonly Check[]): string {
  const order = ['wrong', 'note', 'ok'];
  const sorted = [...checks].sort((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict));
  return [...sorted.map(checkText), '', summary(checks)].join('\n');
}

/** One of them, with where it was seen and what to do. */
export function checkText({ verdict, says, places = [], fix }: Check): string {
  const [kind, mark] = marks[verdict];
  const width = Math.max(0, ...places.map(({ layer }) => layer.length));
  const lines = places.map(
    ({ layer, value, where }) => `    ${`${layer}:`.padEnd(width + 2)}${value ?? 'nothing'} (${where})`,
  );
  return [`${tone(kind, mark)} ${says}`, ...lines, ...(fix ? [`    To do: ${fix}`] : [])].join('\n');
}

function summary(checks: readonly Check[]): string {
  const count = (verdict: Check['verdict']): number => checks.filter((one) => one.verdict === verdict).length;
  const wrong = count('wrong');
  const looked = `${checks.length} ${checks.length === 1 ? 'thing' : 'things'} looked at`;
  return wrong === 0 ? `${looked}, nothing is wrong.` : `${looked}, ${wrong} wrong.`;
}
