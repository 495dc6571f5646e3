import { isListenAddress } from './addresses.ts';
import { hasNumber, wordsOf } from './command-words.ts';
import { mountsOf } from './files.ts';
import type { Graph } from './graph.ts';
import type { Container, Workload } from './workloads.ts';

/** The port of an address elsewhere: `http://store:9000`. */
const elsewhere = /(?:\/\/|@|\b)([a-z][-\w.]*|\d+(?:\.\d+){3}):\d+/gi;

/** A text without the ports of addresses that are others'. */
const ownIn = (text: string): string =>
  text.replaceAll(elsewhere, (whole, host: string) =>
    isListenAddress(host) || /^(localhost|127\..*)$/i.test(host) ? whole : host,
  );

/** Whether a number is written in what a container is told by its command and variables: it may be a port of the program. */
export const isTold = (container: Container, wanted: number): boolean =>
  [...wordsOf(container), ...container.env.flatMap(({ value }) => value ?? [])].some((text) =>
    hasNumber(ownIn(text), wanted),
  );

/** The same, by its mounted files too. */
export const saysNumber = (graph: Graph, workload: Workload, container: Container, wanted: number): boolean =>
  isTold(container, wanted) ||
  mountsOf(graph, workload, container).some(({ files = [] }) =>
    files.some(({ text = '' }) => hasNumber(ownIn(text), wanted)),
  );
