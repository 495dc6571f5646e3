import type { Client, ImageFacts, Server, Speech } from '../../model/pack.ts';
import { argumentsOf, type Process } from '../../model/program.ts';
import { repositoryOf } from '../../model/image-repository.ts';
import type { UsualPorts } from './addresses.ts';

import { oncePer } from './once-per.ts';
import { saidProgram } from './programs.ts';
import type { Container, Workload } from './workloads.ts';

/** What the packs know of images, servers, clients and schemes. */
export interface KnownPrograms {
  readonly images: readonly ImageFacts[];
  readonly servers: readonly Server[];
  readonly clients: readonly Client[];
  /** Scheme of a URL, without what follows a `+`, → what is spoken. */
  readonly schemes: Readonly<Record<string, Speech>>;
  /** By scheme: whether it speaks TLS. */
  readonly tls: Readonly<Record<string, boolean>>;
  /** Scheme → port. */
  readonly usual: UsualPorts;
}

/** Whether a process is the server of its image, and not a client or a script of one's own. */
export const isServer = (running: Process, { servers, name }: ImageFacts, product: string): boolean =>
  argumentsOf(running, servers ?? [name ?? product]) !== undefined;

interface FactsOfImage {
  readonly product: string;
  readonly facts: readonly ImageFacts[];
}

const memory = oncePer<readonly ImageFacts[], WeakMap<Container, FactsOfImage>>(() => new WeakMap());

/** Everything known of what a container runs, by the annotation or its image, with the name of the product. */
export function imageFactsOf(
  images: readonly ImageFacts[],
  workload: Workload,
  container: Container,
): FactsOfImage {
  const known = memory(images);
  const found = known.get(container) ?? freshFactsOf(images, workload, container);
  known.set(container, found);
  return found;
}

function freshFactsOf(images: readonly ImageFacts[], workload: Workload, container: Container): FactsOfImage {
  const said = saidProgram(workload, container);
  const named = images.filter(({ name }) => name !== undefined && name === said);
  const repository = repositoryOf(container.spec.image ?? '');
  const facts = named.length > 0 ? named : images.filter(({ image }) => image.test(repository));
  return { product: named[0]?.name ?? repository.split('/').at(-1) ?? repository, facts };
}
