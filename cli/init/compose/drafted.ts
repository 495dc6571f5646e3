import { portNameProblem } from '../../../model/names.ts';
import { repositoryOf } from '../../../model/image-repository.ts';
import type { ImageFacts } from '../../../model/pack.ts';
import type { Process } from '../../../model/program.ts';
import type { ComposeService } from './read.ts';
import { interpolated, type Declared } from './variables.ts';

/** What an edge gives, while it is drafted. */
export interface DraftedEdge {
  readonly to: Drafted;
  port: number | undefined;
  readonly binds: { host?: string; port?: string; user?: string };
  readonly secrets: Record<string, string>;
  readonly urls: Record<string, string>;
}

/** A service while it is drafted. */
export class Drafted {
  readonly compose: ComposeService;
  readonly name: string;
  readonly facts: readonly ImageFacts[];
  readonly entrypoint: string[];
  readonly command: string[];
  /** Text of each variable that is known. */
  readonly given = new Map<string, string>();
  /** Number → name. */
  readonly ports = new Map<number, string>();
  readonly variables: Record<string, Declared> = {};
  readonly settings: Record<string, string | number | boolean> = {};
  /** Name → the variable that it is given in. */
  readonly secrets = new Map<string, string>();
  readonly edges = new Map<Drafted, DraftedEdge>();
  /** What was not read, or is assumed. */
  readonly notes: string[] = [];
  /** Port number → the variable that receives it. */
  readonly ownPorts = new Map<number, string>();
  user: string | undefined;
  ownUser: string | undefined;

  constructor(compose: ComposeService, name: string, images: readonly ImageFacts[]) {
    this.compose = compose;
    this.name = name;
    this.entrypoint = [...compose.entrypoint];
    this.command = [...compose.command];
    const repository = repositoryOf(compose.image ?? '');
    this.facts = images.filter(({ image }) => image.test(repository));
    for (const [variable, text] of Object.entries(compose.environment)) {
      const known = text === undefined ? undefined : interpolated(text);
      if (known !== undefined) this.given.set(variable, known);
    }
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** The name of a port, which it has from now on. */
  portNamed(number: number): string {
    const known = this.ports.get(number);
    if (known !== undefined) return known;
    const speech = this.facts.map(({ speaks }) => speaks?.[number]).find((one) => one !== undefined);
    const usual = speech !== undefined && portNameProblem(speech) === undefined ? speech : 'tcp';
    const taken = new Set(this.ports.values());
    const name = taken.has(usual) ? `${usual.slice(0, 9)}-${number}` : usual;
    this.ports.set(number, name);
    return name;
  }

  edgeTo(to: Drafted): DraftedEdge {
    const edge = this.edges.get(to) ?? { to, port: undefined, binds: {}, secrets: {}, urls: {} };
    this.edges.set(to, edge);
    return edge;
  }

  /** The name of the secret whose value a text is. */
  secretWith(value: string): string | undefined {
    return [...this.secrets].find(([, variable]) => this.given.get(variable) === value)?.[0];
  }

  /** As its manifests would start it. */
  get process(): Process {
    const words = [...this.entrypoint, ...this.command];
    const env = Object.fromEntries(this.given);
    return {
      ...{ env, beginnings: {}, names: new Set(Object.keys(this.compose.environment)), files: [] },
      ...{ command: words, commands: words.length > 0 ? [words] : [] },
    };
  }
}
