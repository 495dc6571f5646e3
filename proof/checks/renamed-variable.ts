import { renaming, setting, type Mended } from '../changes.ts';
import { valueAt, type Place } from '../source.ts';

/**
 * Another name for a variable of a container, in its list or in the ConfigMap that is taken whole.
 * @param place of its value.
 */
export function renamedVariable({ doc, path }: Place, name: string, right: string): Mended {
  const beside = [...path.slice(0, -1), 'name'];
  if (path.at(-1) === 'value' && valueAt(doc.value, beside) === name)
    return setting({ doc, path: beside }, right);
  return path.at(-2) === 'data' && path.at(-1) === name ? renaming({ doc, path }, right) : {};
}
