import { replacing, type Mended } from '../changes.ts';
import type { Dial, DialPart } from '../graph/dial.ts';
import { valueAt, type Place } from '../source.ts';

/** Another host or port for a connection, where it is written as it is; nothing where it is not, or is secret. */
export function redialled(dial: Dial, part: 'host' | 'port', value: string): Mended {
  const written = dial[part];
  if (written.part === undefined) return rewritten(written, value);
  if (written.secret) return {};
  const [host, port] = [dial.host.text, dial.port.text];
  const both = `${host}:${port}`;
  const asBoth = part === 'host' ? `${value}:${port}` : `${host}:${value}`;
  // The name of a host is often also that of a user or a path.
  return textAt(written.place).includes(both)
    ? replacing(written.place, both, asBoth)
    : replacing(written.place, written.text, value);
}

/** Another value for a variable. */
export const rewritten = ({ unset, secret, place, text }: DialPart, value: string): Mended =>
  unset || secret ? {} : replacing(place, text, value);

/** The text at a place, or the line of one. */
function textAt({ doc, path }: Place): string {
  const value = valueAt(doc.value, path);
  if (typeof value === 'string') return value;
  const [around, line] = [valueAt(doc.value, path.slice(0, -1)), path.at(-1)];
  return typeof around === 'string' ? (around.split('\n')[Number(line)] ?? '') : '';
}
