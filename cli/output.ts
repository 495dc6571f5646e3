import { styleText } from 'node:util';

/** The format of a result; by default text for people. */
export type OutputFormat = 'json' | 'yaml';

/** Writes a result to standard output: as data in `format`, else the text for people. */
export async function print(result: unknown, human: string, format?: OutputFormat): Promise<void> {
  process.stdout.write(await rendered(result, human, format));
}

async function rendered(result: unknown, human: string, format?: OutputFormat): Promise<string> {
  if (format === undefined) return human === '' || human.endsWith('\n') ? human : `${human}\n`;
  if (format === 'json') return `${JSON.stringify(result, null, 2)}\n`;
  // Loaded only here: it is slow to load.
  const { stringifyYaml } = await import('../charts-ts/yaml.ts');
  return stringifyYaml(result);
}

/** Writes a line to standard error, so that standard output holds only the result. */
export function note(line: string): void {
  progress.done();
  process.stderr.write(`${line}\n`);
}

export type Tone = 'good' | 'bad' | 'doubtful' | 'faint' | 'strong';
const styles = { good: 'green', bad: 'red', doubtful: 'yellow', faint: 'dim', strong: 'bold' } as const;

/** Colours a word for standard output; plain without a terminal and where NO_COLOR is set. */
export function tone(kind: Tone, text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return styleText(styles[kind], text, { stream });
}

/** Progress: one line that is rewritten on a terminal, else a new line for each change. */
class Progress {
  #shown = '';

  show(line: string): void {
    if (line === this.#shown) return;
    this.#shown = line;
    const { stderr } = process;
    if (stderr.isTTY) stderr.write(`\r\u001b[K${line.slice(0, Math.max(10, stderr.columns - 1))}`);
    else stderr.write(`${line}\n`);
  }

  /** Ends the line. */
  done(): void {
    if (this.#shown !== '' && process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    this.#shown = '';
  }
}

export const progress = new Progress();

/** Rows under one another with their columns aligned, as kubectl prints them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 3))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}
