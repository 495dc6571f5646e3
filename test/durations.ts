import type { TestModule } from 'vitest/node';
import type { Phase } from '../scripts/phases.ts';

/** When one file of tests ran, in milliseconds of the run's clock. */
export interface FileTime {
  readonly file: string;
  readonly project: string;
  readonly began: number;
  readonly ended: number;
}

/** Notes when each file begins and ends; its times are those of the clock, so waiting counts. */
export class FileTimes {
  readonly #began = new Map<string, number>();
  readonly #all: FileTime[] = [];

  begin(module: TestModule): void {
    this.#began.set(module.id, performance.now());
  }

  end(module: TestModule): void {
    const ended = performance.now();
    const began = this.#began.get(module.id) ?? ended;
    this.#all.push({ file: module.relativeModuleId, project: module.project.name, began, ended });
  }

  all(): readonly FileTime[] {
    return this.#all;
  }
}

/** Files are named from this duration on, and this many of them. */
const slow = { fromMs: 5_000, files: 15 };

/**
 * The seconds of a run, as lines: each phase before the tests, each project from its first file's begin to its last
 * one's end (projects overlap), and the slowest files.
 */
export function durationLines(phases: readonly Phase[], times: readonly FileTime[]): string[] {
  const slowest = times
    .filter((one) => took(one) >= slow.fromMs)
    .toSorted((a, b) => took(b) - took(a))
    .slice(0, slow.files);
  return [
    'Seconds by phase (projects run side by side):',
    ...phases.map(([name, seconds]) => row(seconds * 1_000, name)),
    ...[...Map.groupBy(times, ({ project }) => project)].map(([project, files]) =>
      projectRow(project, files),
    ),
    ...(slowest.length > 0 ? ['Seconds of the slowest files:'] : []),
    ...slowest.map((one) => row(took(one), `${one.project}: ${one.file}`)),
  ];
}

const took = ({ began, ended }: FileTime): number => ended - began;

function projectRow(project: string, files: readonly FileTime[]): string {
  const began = Math.min(...files.map((one) => one.began));
  const ended = Math.max(...files.map((one) => one.ended));
  const sum = files.reduce((total, one) => total + took(one), 0);
  return row(ended - began, `${project} (${files.length} files, ${inSeconds(sum)} in sequence)`);
}

const inSeconds = (milliseconds: number): string => (milliseconds / 1_000).toFixed(0);
const row = (milliseconds: number, what: string): string => `${inSeconds(milliseconds).padStart(6)}  ${what}`;
