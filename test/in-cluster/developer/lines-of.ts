import { readFile } from 'node:fs/promises';

/** Answers, each time, the whole lines that were written to a file since the last time. */
export function linesOf(path: string): () => Promise<string[]> {
  let told = 0;
  return async () => {
    const lines = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    const news = lines.slice(told);
    told = lines.length;
    return news;
  };
}
