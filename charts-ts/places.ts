import {
  isAlias,
  isCollection,
  isMap,
  isNode,
  isSeq,
  type Document,
  type LineCounter,
  type Node,
} from 'yaml';
import type { PlaceOf } from '../model/problem.ts';

/** A parsed YAML document and where it is from. */
interface Parsed {
  readonly yaml: Document.Parsed;
  readonly lines: LineCounter;
  readonly source: string;
}

/**
 * Gives the position of a field, as `stack.yaml:4:3`: of its value, of the key of a group or list, and for a missing
 * field of the nearest group around it.
 */
export function placesIn({ yaml, lines, source }: Parsed): PlaceOf {
  return ({ field, isKey = false }) => {
    const offset = field && offsetOf(yaml, field, isKey);
    if (offset === undefined) return undefined;
    const { line, col } = lines.linePos(offset);
    return `${source}:${line}:${col}`;
  };
}

function offsetOf(yaml: Document.Parsed, field: readonly string[], isKey: boolean): number | undefined {
  let node: unknown = yaml.contents;
  let offset = startOf(node);
  for (const [index, key] of field.entries()) {
    const entry = entryOf(isAlias(node) ? node.resolve(yaml) : node, key);
    if (entry === undefined) break;
    const isWrongKey = isKey && index === field.length - 1;
    offset =
      entry.value !== undefined && !isCollection(entry.value) && !isWrongKey
        ? startOf(entry.value)
        : startOf(entry.key ?? entry.value);
    node = entry.value;
  }
  return offset;
}

/** The key and value of an entry of a map, or the value of an item of a list. */
function entryOf(node: unknown, key: string): { key?: Node; value?: Node } | undefined {
  if (isSeq(node)) {
    const value = node.items[Number(key)];
    return isNode(value) ? { value } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isNode(item.key) && String(item.key) === key);
  if (!isNode(pair?.key)) return undefined;
  return { key: pair.key, ...(isNode(pair.value) ? { value: pair.value } : {}) };
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
