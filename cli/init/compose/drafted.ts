import { portNameProblem } from '../../../model/names.ts';
import { repositoryOf } from '../../../model/image-repository.ts';
import type { ImageFacts } from '../../../model/pack.ts';
import type { Process } from '../../../model/program.ts';
import type { ComposeService } from './read.ts';
import { isShells } from './interpolate.ts';
import type { Declared } from './variables.ts';

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
  readonly reads: string[] = [];
  /** Text of each variable, also where it is partly the shell's. */
  readonly written = new Map<string, string>();
  /** Text of each variable that is known. */
  readonly given = new Map<string, string>();
  /** Number → name. */
  readonly ports = new Map<number, string>();
  readonly variables: Record<string, Declared> = {};
  readonly settings: Record<string, string | number | boolean> = {};
  /** Name → the variable that it is given in. */
  readonly secrets = new Map<string, string>();
  readonly edges: DraftedEdge[] = [];
  /** Name of a secret that others have, too → its key. */
  readonly shared = new Map<string, string>();
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
      if (!isVariable(variable)) {
        this.note(`${variable} is no name of a variable: write it into the program's own configuration.`);
        continue;
      }
      this.reads.push(variable);
      if (text === undefined) continue;
      this.written.set(variable, text);
      if (!isShells(text)) this.given.set(variable, text);
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

  /** The edge to a port of a service, or to one whose port is not known yet. */
  edgeTo(to: Drafted, port?: number): DraftedEdge {
    const known = this.edges.find(
      (edge) => edge.to === to && (port === undefined || edge.port === undefined || edge.port === port),
    );
    const edge = known ?? { to, port: undefined, binds: {}, secrets: {}, urls: {} };
    if (!known) this.edges.push(edge);
    edge.port ??= port;
    if (port !== undefined) to.portNamed(port);
    return edge;
  }

  /**
   * The name of the secret whose value a text is. Of several, the one whose variable is called the same, then one that is not
   * an administrator's.
   */
  secretWith(value: string, { variable = '', user = '' } = {}): string | undefined {
    const same = [...this.secrets].filter(([, name]) => this.written.get(name) === value);
    const isUsual = ([, name]: [string, string]): boolean =>
      /ROOT|ADMIN/.test(name) === /^(root|admin)$/.test(user);
    return (same.find(([, name]) => name === variable) ?? same.find(isUsual) ?? same[0])?.[0];
  }

  /** As its manifests would start it. */
  get process(): Process {
    const words = [...this.entrypoint, ...this.command];
    const env = Object.fromEntries(this.given);
    return {
      ...{ env, beginnings: {}, names: new Set(this.reads), files: [] },
      ...{ command: words, commands: words.length > 0 ? [words] : [] },
    };
  }
}

const isVariable = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
