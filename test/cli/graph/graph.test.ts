import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { dot } from '../../../cli/graph/dot.ts';
import { drawn } from '../../../cli/graph/graph.ts';
import { oneLine } from '../../../cli/graph/labels.ts';
import { mermaid } from '../../../cli/graph/mermaid.ts';
import { svg } from '../../../cli/graph/svg.ts';
import { graphOf, type StackGraph } from '../../../model/graph.ts';
import { stackOf } from '../../charts-ts/rendered.ts';
import { somebodyElsesStack } from '../../charts-ts/somebody-elses-stack.ts';

/** Names as only a graph built by hand can have them: `defineStack` refuses most. */
const hostile = [
  'a"]; end; n9["b',
  'x" ]; } digraph evil { "y',
  '</text><script>alert(1)</script>',
  "quote ' and `code` and #35; and &lt;",
  'back\\slash \\N \\" end\\',
  'two\nlines\r\u2028\u2029',
  'control \u0000\u0007\u001b[31m',
  'half \ud800 of an emoji 🙂 ｆｕｌｌ',
  '%%{init: {}}%% --> ==> |x|',
  'subgraph end',
  ']]>',
  '',
];
const graphWith = (word: string): StackGraph => ({
  stack: word,
  namespace: word,
  nodes: [
    ...(['service', 'outsider'] as const).map((kind) => ({
      ...{ id: `${kind}:${word}`, kind, name: word, means: word },
      ports: [{ name: word, containerPort: 1, servicePort: 2, nodePort: null }],
      steps: [`init ${word}`],
    })),
  ],
  edges: [
    {
      ...{ from: `outsider:${word}`, to: `service:${word}`, port: word, number: 2, gate: 'hard' },
      policies: ['ingress'],
    },
  ],
});

/** What the picture must say, each text as its reader reads it. */
const said = (word: string): string[] =>
  [`stack ${word}, namespace ${word}`, `${word} 2, hard`, word, `init ${word}`, `${word} 2 → 1`].map(oneLine);

describe.each(hostile.map((word) => [JSON.stringify(word), word]))('with names like %s', (_, word) => {
  test('mermaid has one statement a line, and says the names', () => {
    const quoted = '"((?:[\\p{L}\\p{M}\\p{N} ,.:/→-]|#\\d+;|<br/>)*)"';
    const line = new RegExp(
      `^(?:flowchart LR|  end|\\s+n\\d(?:\\(\\[${quoted}\\]\\)|\\[${quoted}\\])|  subgraph stack\\[${quoted}\\]|  n\\d ==>\\|${quoted}\\| n\\d)$`,
      'u',
    );
    const texts = mermaid(graphWith(word))
      .trimEnd()
      .split('\n')
      .flatMap((one) => {
        const found = line.exec(one);
        expect(found, one).not.toBeNull();
        return (found?.slice(1) ?? []).flatMap((text: string | undefined) => text ?? []);
      })
      .flatMap((text) => text.split('<br/>'))
      .map((text) => text.replace(/#(\d+);/g, (_all, code) => String.fromCodePoint(Number(code))));
    expect(texts).toEqual(expect.arrayContaining(said(word)));
  });

  test('dot has one statement a line, and says the names', () => {
    const quoted = '"((?:[^"\\\\]|\\\\["\\\\n])*)"';
    const line = new RegExp(
      `^(?:digraph stack \\{|  rankdir=LR;|\\s*\\}|  subgraph cluster_stack \\{|    label=${quoted};|\\s+n\\d \\[label=${quoted}, shape=\\w+\\];|  n\\d -> n\\d \\[label=${quoted}, style=bold\\];)$`,
      'u',
    );
    const texts = dot(graphWith(word))
      .trimEnd()
      .split('\n')
      .flatMap((one) => {
        const found = line.exec(one);
        expect(found, one).not.toBeNull();
        return (found?.slice(1) ?? []).flatMap((text: string | undefined) => text ?? []);
      })
      .flatMap((text) => text.split(/(?<=(?:^|[^\\])(?:\\\\)*)\\n/))
      .map((text) => text.replace(/\\(.)/g, '$1').replaceAll('&amp;', '&'));
    expect(texts).toEqual(expect.arrayContaining(said(word)));
  });
});

test('svg with such names is XML, and says them', () => {
  const images = hostile.map((word) => svg(graphWith(word)));
  const read = `
import json, sys, xml.etree.ElementTree as tree
images = json.load(sys.stdin)
name = '{http://www.w3.org/2000/svg}'
roots = [tree.fromstring(image) for image in images]
print(json.dumps([[[one.text or '' for one in root.iter(name + 'text')], sorted({one.tag for one in root.iter()})] for root in roots]))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', read], {
    input: JSON.stringify(images),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  const found = JSON.parse(stdout) as [string[], string[]][];
  for (const [index, word] of hostile.entries()) {
    const [texts, tags] = found[index] ?? [[], []];
    expect(texts).toEqual(expect.arrayContaining(said(word)));
    expect(tags.some((tag) => tag.includes('script'))).toBe(false);
  }
});

test("another kind's stack is drawn in every format, the same on every run", async () => {
  const graph = graphOf(somebodyElsesStack);
  for (const format of ['mermaid', 'dot', 'svg', undefined] as const) {
    const picture = await drawn(graph, format);
    for (const name of ['falkordb', 'worker', 'resp 6380', 'namespace work']) expect(picture).toContain(name);
    expect(picture).not.toMatch(/neo4j|backend/);
    expect(await drawn(graph, format)).toBe(picture);
  }
});

test('the table says of each connection its port, gate and policies', async () => {
  const rows = (await drawn(graphOf(stackOf()), undefined)).split('\n').map((line) => line.split(/ {2,}/));
  expect(rows).toContainEqual([
    'backend',
    'neo4j',
    'bolt 7687',
    'hard: never ready without it',
    'egress, ingress',
  ]);
  expect(rows).toContainEqual(['page', 'backend', 'http 8000', 'none', 'no pod of the cluster']);
});
