import { expect, test } from 'vitest';
import rooms from '../scripts/rooms.json' with { type: 'json' };
import { cyclesIn, moduleGraph } from './cycles.ts';

test('no files of the rooms import each other in a circle, types included', () => {
  const graph = moduleGraph(Object.keys(rooms));
  expect(graph.size).toBeGreaterThan(300);
  expect(cyclesIn(graph)).toEqual([]);
});

test('sabotage: a type that is imported back is a cycle', () => {
  const graph = new Map(moduleGraph(['model']));
  const [imported = ''] = graph.get('model/define-stack.ts') ?? [];
  graph.set(imported, ['model/define-stack.ts']);
  expect(cyclesIn(graph).flat()).toContain('model/define-stack.ts');
});
