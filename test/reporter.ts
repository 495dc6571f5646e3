import { existsSync, readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { phasesOf, phasesVariable } from '../scripts/phases.ts';
import { durationLines, FileTimes } from './durations.ts';

/** Skips that are accepted where every skip is judged; one test's full name a line, "#" starts a comment. */
export const allowedSkipsFile = 'test/allowed-skips.txt';

/**
 * Ends a run with its seconds by phase and project, what was skipped, by name and reason, and the line
 * `N passed, N failed, N skipped`. With CI set, a skip that is not on the checked-in list fails the run: a machine that
 * lacks a server must not look like a success.
 */
export default class ClosingLine implements Reporter {
  readonly #times = new FileTimes();

  onTestModuleQueued(module: TestModule): void {
    this.#times.begin(module);
  }

  onTestModuleEnd(module: TestModule): void {
    this.#times.end(module);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = tests.filter((test) => test.result().state === 'skipped');
    const passed = tests.filter((test) => test.result().state === 'passed').length;
    const brokenFiles = modules.filter((module) => module.errors().length > 0).length;
    const failed = tests.length - passed - skipped.length + brokenFiles;
    for (const line of durationLines(phasesOf(process.env[phasesVariable]), this.#times.all()))
      console.log(line);
    for (const test of skipped) console.log(`skipped: ${nameOf(test)}: ${reasonOf(test)}`);
    this.judge(skipped);
    console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  }

  private judge(skipped: readonly TestCase[]): void {
    if (process.env.CI === undefined || process.env.CI === '') return;
    const allowed = allowedSkips();
    const refused = skipped.map(nameOf).filter((name) => !allowed.has(name));
    if (refused.length === 0) return;
    console.log(
      `These skips are not listed in ${allowedSkipsFile}, so the run fails:\n  ${refused.join('\n  ')}`,
    );
    process.exitCode = 1;
  }
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === 'skipped' ? result.note : undefined) ?? 'no reason given';
}

function allowedSkips(): ReadonlySet<string> {
  if (!existsSync(allowedSkipsFile)) return new Set();
  const lines = readFileSync(allowedSkipsFile, 'utf8').split('\n');
  return new Set(lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#')));
}
