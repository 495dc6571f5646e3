import { notShown } from '../../model/redact.ts';
import { replacing, type Mended } from '../changes.ts';
import type { Dial, DialPart } from '../graph/dial.ts';
import { valueAt, type Place } from '../source.ts';

/** A part of an address, for a sentence: `the port in CACHE_URL is "6380" in the environment`. */
export function partText(dialled: DialPart): string {
  const { variable, text, unset, part, secret, in: where = 'the environment' } = dialled;
  if (unset) return `${variable} is not set, so it is "${text}" in ${where}`;
  const shown = secret ? notShown : `"${text}"`;
  return part === undefined
    ? `${variable} is ${shown} in ${where}`
    : `the ${part} in ${variable} is ${shown} in ${where}`;
}

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

/** What to write instead of a part of an address; `value` completes `Set DB_PORT to …`. */
export const setTo = ({ variable, part }: DialPart, value: string): string =>
  part === undefined ? `Set ${variable} to ${value}` : `In ${variable}, change the ${part} to ${value}`;
