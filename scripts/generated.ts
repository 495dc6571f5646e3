import { chatKind } from '../contract/chat-kind.ts';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Registry } from 'prom-client';
import { z } from 'zod';
import packageJson from '../package.json' with { type: 'json' };
import { Metrics } from '../app/observability/metrics.ts';
import { kindConfig } from '../charts-ts/kind-config.ts';
import { stringifyYaml } from '../charts-ts/yaml.ts';
import { defaultStack } from '../contract/default-stack.ts';
import { markdownTable, portTable, variableTable } from '../model/describe.ts';
import { serviceOf } from '../model/environment.ts';
import { errorCodes, terminalCodes } from '../model/errors.ts';
import { fieldsOf, jsonSchemaOf } from '../model/document-fields.ts';
import { roleLabel } from '../model/names.ts';
import type { Stack } from '../model/stack.ts';
import { closeCodes } from '../contract/protocol.ts';
import { backendName } from '../contract/services/backend-ports.ts';
import { OperatorMetrics } from '../operator/metrics.ts';
import { installFiles } from '../operator/manifests/files.ts';
import { crdOf } from '../operator/manifests/crd.ts';
import { dotenv } from '../cli/env/dotenv.ts';
import { textOf } from '../cli/env/part.ts';
import { mermaid } from '../cli/graph/mermaid.ts';
import { graphOf } from '../model/graph.ts';
import { findingCodes, findingGroups } from '../proof/codes.ts';
import { clientFrames } from './client-frames.ts';
import { crdReference } from './crd-reference.ts';
import { peersFile, peerTable } from './peer-table.ts';
import { presetTable } from './preset-table.ts';
import { roomPicture, roomTable } from './rooms.ts';
import { verifiersFile, verifierTables } from './verifier-tables.ts';

/** Fields of a metric that prom-client does not declare. */
const metricShape = z.looseObject({
  name: z.string(),
  help: z.string(),
  type: z.string(),
  labelNames: z.array(z.string()),
});

const schemaPath = 'docs/reference/chatstack.schema.json';

const note = (what: string): string => `<!-- Generated from contract/ by "npm run generate"; ${what} -->\n\n`;

/**
 * Every generated file that is checked in: its path from the root → its content.
 * @param stack the stack the files describe.
 */
export async function latestFiles(stack: Stack = defaultStack): Promise<Readonly<Record<string, string>>> {
  const files = Object.entries(generatedFiles(stack)).map(
    async ([path, content]): Promise<[string, string]> => [path, await formatted(path, content)],
  );
  return Object.fromEntries(await Promise.all(files));
}

/** Those of `latest` whose file below `folder` is missing or differs. */
export function staleFiles(latest: Readonly<Record<string, string>>, folder = '.'): string[] {
  return Object.entries(latest)
    .filter(([path, content]) => {
      const file = join(folder, path);
      return !existsSync(file) || readFileSync(file, 'utf8') !== content;
    })
    .map(([path]) => path);
}

/** As `npm run format` would leave it. */
export async function formatted(path: string, content: string): Promise<string> {
  if (!/\.(md|json|yaml|ts)$/.test(path) || path.includes('/templates/')) return content;
  return format(content, { ...(await resolveConfig(path)), filepath: path });
}

function generatedFiles(stack: Stack): Readonly<Record<string, string>> {
  const backend = serviceOf(stack, backendName);
  return {
    '.env.example': `# Copy it to .env, which "npm start" reads; what is set in the shell wins.\n${textOf(dotenv(backend))}`,
    'client/frames.generated.ts': clientFrames(),
    'model/version.ts': `// Generated from package.json by "npm run generate".\n/** The version of this package. */\nexport const version = '${packageJson.version}';\n`,
    'kind-config.yaml': `# Generated from contract/ by "npm run generate".\n${stringifyYaml(kindConfig(stack))}`,
    'operator/manifests/chatstacks.yaml': `# Generated from contract/ by "npm run generate".\n${stringifyYaml(crdOf(chatKind))}`,
    ...Object.fromEntries(
      Object.entries(installFiles([chatKind])).map(([path, content]) => [
        `operator/${path}`,
        path.endsWith('.yaml') ? `# Generated from contract/ by "npm run generate".\n${content}` : content,
      ]),
    ),
    [schemaPath]: `${JSON.stringify(jsonSchemaOf(chatKind), null, 2)}\n`,
    'docs/reference/ports.md': `${note('who listens where.')}# Ports\n\nOf the default stack; the services of another one are called \`<stack>-<service>\`.\n\n${portTable(stack)}\n${outsiders}`,
    'docs/reference/variables.md': `${note('what each service reads.')}# Environment variables\n\nThe backend parses its own once at start, strictly; every bad one is reported and the process exits with 78. An empty one is unset.\n\n${variableTables(stack)}`,
    'docs/reference/stack.md': `${note('what a stack.yaml may say.')}# The ChatStack document\n\nEvery field has a default; an unknown one is refused with the nearest known name. [A whole example](../../README.md#a-stackyaml) is in the README.\n\n${editors}\n\n## Presets\n\nWhat \`spec.preset\` sets where the document says nothing:\n\n${presetTable()}\n## Fields\n\n${markdownTable(['Field', 'Form', 'Default', 'Meaning'], fieldsOf(chatKind))}`,
    'docs/reference/chatstack.md': `${note('what the API server takes and shows of a ChatStack.')}${crdReference(chatKind)}`,
    'docs/reference/rooms.md': `<!-- Generated from scripts/rooms.json by "npm run generate". -->\n\n# Rooms and arrows\n\nEach folder is a room; an import may only follow an arrow. \`npm run lint\` holds it.\n\n${picture(roomPicture())}\n${roomTable()}`,
    'docs/reference/running-stack.md': `${note('what runs and who may connect.')}# A running stack\n\nThe default stack, as \`npx mooring graph -o mermaid\` draws it. Thick: a \`hard\` gate; thin with a gate's name: that gate; dashed: no gate. Every other connection is denied.\n\n${picture(mermaid(graphOf(stack)))}`,
    'docs/reference/findings.md': `<!-- Generated from proof/ by "npm run generate"; what verify can find. -->\n\n# Findings of mooring verify\n\nEach code leads to manifests that give it; \`npx mooring explain CODE\` prints them with what verify says of them.\n\n${findingTables()}`,
    'docs/reference/verifiers.md': `<!-- Generated from ${verifiersFile} by "npm run generate". -->\n\n# mooring verify beside other verifiers\n\n${aboutVerifiers}\n\n${verifierTables()}`,
    'docs/reference/operator-peers.md': `<!-- Generated from ${peersFile} by "npm run generate". -->\n\n# The operator beside others\n\n${aboutPeers}\n\n${peerTable()}`,
    'docs/reference/metrics.md': `${note('what /metrics counts.')}# Metrics\n\nAt \`/metrics\` of the metrics port, beside what prom-client tells of the process and of Node.\n\n${metricTable(new Metrics(() => []).registry)}\n## Of the operator\n\nAt \`/metrics\` of its port \`metrics\`; [alerts](../operator.md#metrics-and-alerts).\n\n${metricTable(operatorRegistry())}`,
    'docs/reference/errors.md': `${note('what an answer, a frame or an exit code means.')}# Error codes\n\n${errorTable()}\n## On the terminal only\n\n${terminalTable()}\n## WebSocket close codes\n\n${closeTable()}`,
  };
}

const aboutVerifiers = `The cases and the correct manifests are Mooring's own, so they are what Mooring is for; the others are for something else.
[kube-score](https://github.com/zegl/kube-score) judges practice: of what it says only CRITICAL counts, and a case is found by
what it says of at most a tenth of the correct manifests.
[kubeconform](https://github.com/yannh/kubeconform) judges each object against the schema of its kind (\`-strict\`, with the schemas
of Kubernetes' own OpenAPI documents), and skips kinds without one (\`-ignore-missing-schemas\`), a version that is gone among
them. Of Mooring errors and warnings count.`;

const aboutPeers = `A minimal operator on [controller-runtime](https://github.com/kubernetes-sigs/controller-runtime) that server-side-applies the
same objects, and [kro](https://kro.run) 0.9, each alone on an API server of its own, one after the other, on one machine
(\`npm run nightly -- operator-vs-peers\`). The API server is on the same two cores, so what else ran there counts.`;

const outsiders =
  'The network policies know `monitoring` and `operator` by a label of their namespace: ' +
  `\`${roleLabel}: monitoring\` lets a Prometheus there reach \`/metrics\`.\n`;

const editors =
  'An editor that knows YAML schemas (VS Code, Neovim, JetBrains) completes and checks the document when its first line is\n' +
  `\`# yaml-language-server: $schema=${schemaPath}\` (the path is from the document to the file).`;

const picture = (mermaidText: string): string => `\`\`\`mermaid\n${mermaidText}\`\`\`\n`;

/** A table for each service that reads any. */
function variableTables(stack: Stack): string {
  return stack.services
    .filter(({ variables = {} }) => Object.keys(variables).length > 0)
    .map((service) => `## ${service.name}\n\n${service.doc}\n\n${variableTable(service)}`)
    .join('\n');
}

function findingTables(): string {
  return Object.entries(findingGroups)
    .map(([group, title]) => {
      const rows = Object.entries(findingCodes)
        .filter(([, facts]) => facts.group === group)
        .map(([code, { severity, meaning, evidence }]) => [exampleLink(code), severity, meaning, evidence]);
      return `## ${title}\n\n${markdownTable(['Code', 'Severity', 'What it means', 'What shows it'], rows)}`;
    })
    .join('\n');
}

/** A code that leads to manifests which give it, where any can. */
const exampleLink = (code: string): string =>
  existsSync(`${findingExamples}/${code}.yaml`)
    ? `[\`${code}\`](../../${findingExamples}/${code}.yaml)`
    : `\`${code}\``;

const findingExamples = 'proof/examples';

function errorTable(): string {
  const rows = Object.entries(errorCodes).map(([code, { http, exit, means, fix }]) => [
    `\`${code}\``,
    String(http),
    String(exit),
    means,
    fix,
  ]);
  return markdownTable(['Code', 'HTTP status', 'Exit code', 'What it means', 'What to do'], rows);
}

function terminalTable(): string {
  const rows = Object.entries(terminalCodes).map(([code, { exit, means, fix }]) => [
    `\`${code}\``,
    String(exit),
    means,
    fix,
  ]);
  return markdownTable(['Code', 'Exit code', 'What it means', 'What to do'], rows);
}

const operatorRegistry = (): Registry =>
  new OperatorMetrics({ depth: () => 0, conditions: () => [] }).registry;

function metricTable(registry: Registry): string {
  const rows = registry
    .getMetricsAsArray()
    .map((metric) => metricShape.parse(metric))
    .filter(({ name }) => name.startsWith('mooring_'))
    .map(({ name, type, labelNames, help }) => [`\`${name}\``, type, labelNames.join(', '), help]);
  return markdownTable(['Metric', 'Type', 'Labels', 'Meaning'], rows);
}

function closeTable(): string {
  const rows = Object.values(closeCodes).map(({ code, then, reason }) => [String(code), reason, then]);
  return markdownTable(['Code', 'Reason', 'What the client does'], rows);
}
