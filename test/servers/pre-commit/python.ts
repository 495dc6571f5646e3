import { join } from 'node:path';
import { pythonWith } from '../python.ts';

/** The path of a Python that runs pre-commit: `python -m pre_commit`. Rejects with `Unavailable` where it cannot be had. */
export const pythonWithPreCommit = (): Promise<string> =>
  pythonWith({
    what: 'pre-commit',
    name: 'pre-commit',
    version: '4.7',
    requirementsFile: join(import.meta.dirname, 'requirements.txt'),
  });
