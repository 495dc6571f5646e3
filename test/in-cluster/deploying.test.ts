import { describe, expect, test } from 'vitest';
import { blocksOf, titleOf } from '../e2e/shell-blocks.ts';
import { forSuite } from '../servers/for-suite.ts';
import { startDeployingLab } from './deploying/lab.ts';
import { sections } from './deploying/sections.ts';

const page = 'docs/deploying.md';
const blocks = blocksOf(page);
const commands = blocks.filter(({ language }) => language === 'sh');
const here = commands.filter(({ needs }) => needs === undefined);
const headings = [...new Set(here.map(({ heading }) => heading))];

test(`every section of ${page} with commands is run, and no other`, () => {
  expect(headings).toEqual(Object.keys(sections));
});

describe(`the commands of ${page}, run as they stand there, with stand-ins for the stores' images`, () => {
  const lab = forSuite(startDeployingLab);

  test.for(headings)('%s', { timeout: 600_000 }, async (heading) => {
    const own = blocks.filter((block) => block.heading === heading);
    await lab().startSection(own.find(({ language }) => language === 'yaml')?.text);
    const left = here.filter((block) => block.heading === heading).map(({ text }) => text);
    await sections[heading]?.(lab(), async () => lab().shell(left.shift() ?? 'false'));
    expect(left, 'commands that were not run').toEqual([]);
  });
});

describe(`the commands of ${page} that need what no test has`, () => {
  test.for(
    commands.filter(({ needs }) => needs !== undefined).map((block) => [titleOf(block), block] as const),
  )('%s', ([, { needs }], context) => context.skip(`tagged needs=${needs}`));
});
