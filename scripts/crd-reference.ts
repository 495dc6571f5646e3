import { gateNames, kubernetesWord } from '../model/gates.ts';
import { markdownTable } from '../model/describe.ts';
import type { StackDocument, StackKind } from '../model/stack-kind.ts';
import { validationsKeyword } from '../model/validation-rules.ts';
import { crdName } from '../operator/manifests/names.ts';
import { crdOf } from '../operator/manifests/crd.ts';
import type { Schema } from '../operator/manifests/structural.ts';
import { dependencyReasons, gateReasons, stackConditions } from '../operator/reasons.ts';

/** The custom resource of a kind, as the API server serves it: columns, fields with their bounds, rules, conditions. */
export function crdReference<D extends StackDocument>(kind: StackKind<D>): string {
  const { names, group, versions } = crdOf(kind).spec;
  const [version] = versions;
  const { spec = {}, status = {} } = version?.schema.openAPIV3Schema.properties ?? {};
  const columns = version?.additionalPrinterColumns ?? [];
  return [
    `# The custom resource ${kind.kind}`,
    `\`${crdName(kind)}\`, version \`${version?.name ?? ''}\` of the group \`${group}\`, in a namespace; short name ${kind.shortNames.map((name) => `\`${name}\``).join(', ')}, category \`${String(names['categories'])}\`. An unknown field is dropped, and refused where the request asks for it (\`kubectl\` does).${scaleText(kind)}`,
    '## Columns of `kubectl get`',
    markdownTable(
      ['Column', 'Value', 'Meaning'],
      columns.map(({ name, jsonPath, description }) => [name, `\`${jsonPath}\``, description]),
    ),
    '## spec',
    fieldTable('spec', spec),
    '## Rules',
    'Checked by the API server as well as by the command line.',
    markdownTable(['Field', 'Rule', 'Message'], rulesOf('spec', spec)),
    '## status',
    fieldTable('status', status),
    '## Conditions and reasons',
    markdownTable(['Condition', 'Reason', 'Meaning'], conditionRows(gateNames(kind))),
    '## Readiness gates of a pod',
    markdownTable(
      ['Reason', 'Meaning'],
      Object.entries(gateReasons).map(([reason, meaning]) => [`\`${reason}\``, meaning]),
    ),
  ].join('\n\n');
}

const scaleText = ({ scale }: Pick<StackKind, 'scale'>): string =>
  scale ? ` \`kubectl scale\` sets \`${scale.replicasPath}\`.` : '';

const fieldTable = (path: string, schema: Schema): string =>
  markdownTable(['Field', 'Form', 'Default', 'Meaning'], fieldsOf(path, schema));

/** Groups without words of their own stand for nothing but their fields. */
function fieldsOf(path: string, { properties = {} }: Schema): string[][] {
  return Object.entries(properties).flatMap(([name, child]) => {
    const at = `${path}.${name}`;
    const isGroup = child.properties !== undefined && child.description === undefined;
    const own = isGroup ? [] : [[at, formOf(child), defaultOf(child), child.description ?? '']];
    const inner = child.items ? fieldsOf(`${at}[]`, child.items) : fieldsOf(at, child);
    return [...own, ...inner];
  });
}

function formOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' or ');
  if (schema.items) return `list of ${formOf(schema.items)}${boundsOf(schema, ['minItems', 'maxItems'])}`;
  if (schema.additionalProperties) return `map of ${formOf(schema.additionalProperties)}`;
  const pattern = schema.pattern === undefined ? '' : `, \`${schema.pattern}\``;
  const bounds = boundsOf(schema, ['minLength', 'maxLength']) + boundsOf(schema, ['minimum', 'maximum']);
  return `${schema.format ?? schema.type ?? 'any'}${bounds}${pattern}`;
}

/** ` (1 to 253)`. */
function boundsOf(schema: Schema, [least, most]: readonly [keyof Schema, keyof Schema]): string {
  const [low, high] = [schema[least], schema[most]].map((bound) =>
    typeof bound === 'number' ? bound : undefined,
  );
  if (low === undefined && high === undefined) return '';
  if (high === undefined) return ` (${low ?? ''} or more)`;
  return low === undefined ? ` (at most ${high})` : ` (${low} to ${high})`;
}

const defaultOf = ({ default: value, properties }: Schema): string =>
  value === undefined || properties ? '' : JSON.stringify(value);

function rulesOf(path: string, schema: Schema): string[][] {
  const own = (schema[validationsKeyword] ?? []).map(({ rule, message }) => [path, `\`${rule}\``, message]);
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, child]) =>
    rulesOf(`${path}.${name}`, child),
  );
  return [...own, ...inner, ...(schema.items ? rulesOf(`${path}[]`, schema.items) : [])];
}

/** One for each condition and reason; a dependency's is named after its service. */
function conditionRows(gates: readonly string[]): string[][] {
  const rows = Object.entries(stackConditions).flatMap(([type, { means, reasons }]) => [
    [`\`${type}\``, '', `\`True\`: ${means}`],
    ...Object.entries(reasons).map(([reason, meaning]) => ['', `\`${reason}\``, meaning]),
  ]);
  const names = gates.map((gate) => `\`${kubernetesWord(gate)}Ready\``).join(', ');
  return [
    ...rows,
    [names, '', '`True`: every pod reports that it reaches the dependency, or that it works without it.'],
    ...Object.entries(dependencyReasons).map(([reason, meaning]) => ['', `\`${reason}\``, meaning]),
  ];
}
