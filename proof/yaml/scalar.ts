import { SCALAR_STYLE } from 'js-yaml';
import { kubernetesYaml } from './schema.ts';
import { load } from 'js-yaml';

export type Scalar = string | number | boolean;

/**
 * A value in the form of the one that it replaces; `undefined` where that is a text of several lines.
 * @param raw what the other one says, without its quotes.
 */
export function scalarText(value: Scalar, style: number, raw: string): string | undefined {
  if (raw.includes('\n') || style === SCALAR_STYLE.LITERAL_BLOCK || style === SCALAR_STYLE.FOLDED_BLOCK)
    return undefined;
  if (typeof value !== 'string') return String(value);
  if (style === SCALAR_STYLE.SINGLE_QUOTED) return `'${value.replaceAll("'", "''")}'`;
  return style === SCALAR_STYLE.PLAIN && isPlain(value) ? value : JSON.stringify(value);
}

/** Whether a text means itself without quotes, anywhere. */
const isPlain = (text: string): boolean =>
  /^[\w./$][\w./:@$()+-]*$/.test(text) &&
  !text.endsWith(':') &&
  load(text, { schema: kubernetesYaml }) === text;
