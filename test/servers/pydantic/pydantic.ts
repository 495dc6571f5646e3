import { join } from 'node:path';
import { pythonWith } from '../python.ts';

/** The path of a Python that has pydantic-settings; made if it is not there. */
export function pydanticPython(log?: (line: string) => void): Promise<string> {
  const requirementsFile = join(import.meta.dirname, 'requirements.txt');
  return pythonWith({
    ...{ what: 'pydantic-settings', name: 'pydantic-settings', version: '2.16' },
    ...{ requirementsFile, log },
  });
}
