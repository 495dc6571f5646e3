import { z } from 'zod';
import { patientContext, problem, status } from '../contract/http.ts';
import {
  afterClose,
  clientFrame,
  closeCodes,
  limits,
  messageFrame,
  nameSchema,
  resumeQuery,
  serverFrame,
  subprotocols,
  turn,
  usedFact,
} from '../contract/protocol.ts';
import { httpPaths } from '../contract/services/backend.ts';

/** The parts of JSON Schema that zod writes for the contract's shapes. */
interface Node {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
}

/** What the chat's client reads, each after what it is made of. */
const shapes = {
  Name: nameSchema,
  Turn: turn,
  UsedFact: usedFact,
  MessageFrame: messageFrame,
  ClientFrame: clientFrame,
  ServerFrame: serverFrame,
  Status: status,
  PatientContext: patientContext,
  Problem: problem,
};

const registry = z.registry<{ id: string }>();
for (const [id, shape] of Object.entries(shapes)) registry.add(shape, { id });
const nodes: Readonly<Record<string, Node>> = z.toJSONSchema(registry, { uri: (id) => id, io: 'input' })
  .schemas as Record<string, Node>;

/**
 * The text of `client/frames.generated.ts`: readers, types and constants of the wire, without a schema library. A
 * browser downloads them, and `ajv`'s own standalone code for the frames is fifteen times as long.
 */
export function clientFrames(): string {
  const readers = Object.keys(shapes).map((id) => {
    const node = resolved({ $ref: id });
    return `export const read${id} = ${readerOf(node)};\n${typeOf(id, node)}\n`;
  });
  return [
    '// Generated from contract/ by "npm run generate".',
    "import { bounded, constant, flag, list, object, orNull, text, time, union, whole, word, type Read } from './read.ts';\n",
    ...readers,
    "export type FrameOf<Type extends ServerFrame['type']> = Extract<ServerFrame, { type: Type }>;\n",
    ...Object.entries(constants()).map(
      ([name, value]) => `export const ${name} = ${literal(value)} as const;\n`,
    ),
  ].join('\n');
}

function constants(): Readonly<Record<string, unknown>> {
  const { context, page, chat } = httpPaths;
  return {
    limits,
    subprotocols,
    resumeQuery,
    httpPaths: { status: httpPaths.status, context, page, chat },
    closeCodes,
    closesForGood: closesForGood(),
  };
}

/** The ranges of close codes after which a client stops. */
function closesForGood(): (readonly [first: number, last: number])[] {
  const ranges: [number, number][] = [];
  for (let code = 1_000; code < 5_000; code++) {
    if (afterClose(code) !== 'stop') continue;
    const range = ranges.at(-1);
    if (range?.[1] === code - 1) range[1] = code;
    else ranges.push([code, code]);
  }
  return ranges;
}

/** A union knows types that it cannot read, for which it returns undefined. */
function typeOf(id: string, { oneOf }: Node): string {
  return oneOf === undefined
    ? `export type ${id} = Read<typeof read${id}>;`
    : `export type ${id} = NonNullable<ReturnType<typeof read${id}>>;`;
}

/** The expression that makes a reader. @throws Error at what no reader is written for. */
function readerOf(node: Node): string {
  if (node.$ref !== undefined) return `read${node.$ref}`;
  if (node.const !== undefined) return `constant(${literal(node.const)})`;
  if (node.enum !== undefined) return `word<${node.enum.map(literal).join(' | ')}>()`;
  if (node.oneOf !== undefined) return `union({ ${node.oneOf.map(memberOf).join(', ')} })`;
  const [one, none] = node.anyOf ?? [];
  if (one !== undefined && none?.type === 'null') return `orNull(${readerOf(one)})`;
  const reader = simple[node.type ?? '']?.(node);
  if (reader === undefined) throw new Error(`No reader is written for ${JSON.stringify(node)}.`);
  return reader;
}

const simple: Readonly<Record<string, (node: Node) => string>> = {
  boolean: () => 'flag',
  integer: () => 'whole',
  string: textReader,
  array: ({ items = {} }) => `list(${readerOf(items)})`,
  object: objectReader,
};

function textReader({ format, pattern, minLength = 0, maxLength }: Node): string {
  if (format === 'date-time') return 'time';
  if (maxLength === undefined) return 'text';
  const rest = pattern === undefined ? '' : `, ${new RegExp(pattern, 'u').toString()}`;
  return `bounded(${minLength}, ${maxLength}${rest})`;
}

function objectReader({ properties = {}, required = [] }: Node): string {
  const fields = (isRequired: boolean) =>
    Object.entries(properties)
      .filter(([name]) => required.includes(name) === isRequired)
      .map(([name, node]) => `${name}: ${readerOf(node)}`)
      .join(', ');
  return `object({ ${fields(true)} }, { ${fields(false)} })`;
}

/** @throws Error at a member whose `type` is no constant. */
function memberOf(node: Node): string {
  const type = resolved(node).properties?.['type']?.const;
  if (type === undefined) throw new Error(`No constant type is in ${JSON.stringify(node)}.`);
  return `${type}: ${readerOf(node)}`;
}

function resolved(node: Node): Node {
  return node.$ref === undefined ? node : (nodes[node.$ref] ?? {});
}

const literal = (value: unknown): string => JSON.stringify(value);
