import { describe, expect, test } from 'vitest';
import { renderStack } from '../../charts-ts/render.ts';
import { graphOf, type StackGraph } from '../../model/graph.ts';
import type { Stack } from '../../model/stack.ts';
import { reach } from '../../proof/reach.ts';
import { presetDocuments, stackOf } from '../charts-ts/rendered.ts';
import { migrate, seed, stepsStack } from './steps-stack.ts';
import { somebodyElsesStack } from '../charts-ts/somebody-elses-stack.ts';

const external = { redis: { external: { host: 'redis.example.com', port: 6390 } } };
const llm = { llm: { baseUrl: 'http://ollama.models:11434/v1' } };

/** `backend → redis:6379`, as the graph draws it between services and from outsiders that are let in by policies. */
function drawn({ nodes, edges }: StackGraph, stack: Stack): string[] {
  const kinds = new Map(nodes.map(({ id, kind }) => [id, kind]));
  return edges
    .filter(({ from, to }) => kinds.get(to) === 'service' && kinds.get(from) !== 'local')
    .map(({ from, to, port }) => {
      const target = stack.services.find(({ name }) => `service:${name}` === to);
      const listens = target?.ports[port ?? '']?.containerPort;
      const source = kinds.get(from) === 'ingress' ? 'world' : from.slice(from.indexOf(':') + 1);
      return `${source} → ${target?.name}:${listens}`;
    });
}

describe('the graph is what the rendered policies let through', () => {
  test.each<[string, Stack]>([
    ...Object.entries(presetDocuments).map(([name, spec]): [string, Stack] => [name, stackOf(spec)]),
    ['external', stackOf(external)],
    ['a model', stackOf(llm)],
    ["another kind's", somebodyElsesStack],
    ['a Job with the environment of its service', stepsStack({ init: [migrate], jobs: [seed] })],
  ])('%s', (_, stack) => {
    const services = stack.services.map(({ name }) => name);
    const open = reach(renderStack(stack))
      .map((line) => / (?:by|→) /.exec(line) && line.replace(/ by .*/, ''))
      .filter((line): line is string => services.includes(/→ ([^:]+):/.exec(line ?? '')?.[1] ?? ''));
    // A port that everybody may dial is open to every other party, too; the graph says it of the world alone.
    const world = new Set(open.filter((line) => line.startsWith('world →')).map((line) => line.slice(5)));
    const told = (lines: readonly string[]): string[] =>
      [...new Set(lines)]
        .filter((line) => line.startsWith('world →') || !world.has(line.slice(line.indexOf(' →'))))
        .sort();
    expect(told(drawn(graphOf(stack), stack))).toEqual(told(open));
  });
});

test('an external store, a model and DNS are let out of the pod, and the gate is told', () => {
  const { edges, nodes } = graphOf(stackOf({ ...external, ...llm }));
  const from = (id: string) => edges.filter((edge) => edge.to === id);
  expect(from('service:redis')).toEqual([
    expect.objectContaining({ port: 'redis', number: 6390, gate: 'hard', policies: ['egress'] }),
  ]);
  expect(nodes).toContainEqual(
    expect.objectContaining({ id: 'service:redis', kind: 'external', name: 'redis.example.com' }),
  );
  expect(from('address:ollama.models')).toEqual([
    expect.objectContaining({ number: 11_434, policies: ['egress'] }),
  ]);
  expect(from('dns:kube-dns')).toEqual([expect.objectContaining({ number: 53, gate: null })]);
});

test('what runs on a developer’s machine needs no policy, and a host of an Ingress is a node', () => {
  const { edges, nodes } = graphOf(stackOf(presetDocuments.production));
  expect(edges.find(({ from }) => from === 'service:page')).toMatchObject({ gate: 'none', policies: [] });
  expect(nodes).toContainEqual(expect.objectContaining({ kind: 'ingress', name: 'chat.example.com' }));
  expect(edges).toContainEqual(
    expect.objectContaining({ from: 'ingress:chat.example.com', to: 'service:backend', port: 'http' }),
  );
});

test('every end of an edge is a node, and every node is there once', () => {
  for (const stack of [stackOf(), stackOf(presetDocuments.production), somebodyElsesStack]) {
    const { nodes, edges } = graphOf(stack);
    const ids = nodes.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(edges.flatMap(({ from, to }) => [from, to]).filter((id) => !ids.includes(id))).toEqual([]);
  }
});
