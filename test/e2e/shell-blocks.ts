import { readFileSync } from 'node:fs';

/** A fenced block of a document that is a user's to run (`sh`) or to write into a file (`yaml`). */
export interface Block {
  readonly language: 'sh' | 'yaml';
  /** The nearest heading above it. */
  readonly heading: string;
  readonly text: string;
  /** What it needs that no test has, from its tag `needs=`; such a block is not run. */
  readonly needs?: string;
}

/** The blocks of a Markdown file, in order. @throws where a fence of these languages has another tag. */
export function blocksOf(file: string): Block[] {
  const text = readFileSync(file, 'utf8');
  const parts = text.matchAll(
    /^#+ (?<heading>.+)$|^```(?<language>sh|yaml)\b(?<tag>.*)\n(?<body>[^]*?)^```$/gm,
  );
  const blocks: Block[] = [];
  let heading = '';
  for (const { groups = {} } of parts) {
    const { language, tag = '', body = '' } = groups;
    if (language === undefined) heading = groups['heading'] ?? '';
    else
      blocks.push({
        language: language as Block['language'],
        heading,
        text: body.trim(),
        ...needsIn(tag, file),
      });
  }
  return blocks;
}

function needsIn(tag: string, file: string): { needs?: string } {
  if (tag.trim() === '') return {};
  const needs = /^ needs=(\S+)$/.exec(tag)?.[1];
  if (needs === undefined)
    throw new Error(`${file} has a block tagged "${tag}"; expected "needs=…" or nothing.`);
  return { needs };
}

/** How a block is called in a test's name. */
export const titleOf = ({ heading, text }: Block): string => `${heading}: ${text.split('\n')[0] ?? ''}`;

/** Where the examples for CI servers stand, which run in a repository of somebody else. */
export const ciExamples = { file: 'docs/verify.md', heading: 'In CI' } as const;
