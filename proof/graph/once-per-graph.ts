import type { Graph } from './graph.ts';

/** The same function, which computes what it says of a graph when it is first asked for. */
export function oncePerGraph<T extends object>(compute: (graph: Graph) => T): (graph: Graph) => T {
  const memory = new WeakMap<Graph, T>();
  return (graph) => {
    const known = memory.get(graph);
    if (known) return known;
    const found = compute(graph);
    memory.set(graph, found);
    return found;
  };
}
