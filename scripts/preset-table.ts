import { presets, type PresetValues } from '../contract/presets.ts';
import { markdownTable } from '../model/describe.ts';
import type { Resources } from '../model/stack.ts';

/** A field of the document, and what a preset sets it to. */
type Row = readonly [field: string, value: string];

/** What each preset sets where the document says nothing, as a Markdown table: a column for each preset. */
export function presetTable(): string {
  const columns = Object.values(presets).map((values) => Object.values(rowsOf(values)).flat());
  const fields = columns[0]?.map(([field]) => field) ?? [];
  const rows = fields.map((field, at) => [field, ...columns.map((column) => column[at]?.[1] ?? '')]);
  return markdownTable(['Field', ...Object.keys(presets)], rows);
}

/** By what a preset decides, so that the compiler asks for each. The same rows, in the same order, for every preset. */
const rowsOf = (values: PresetValues): Readonly<Record<keyof PresetValues, readonly Row[]>> => ({
  replicas: [['spec.backend.replicas', String(values.replicas)]],
  autoscaling: [['spec.backend.autoscaling', scaling(values)]],
  resources: Object.entries(values.resources).map(([name, size]) => [
    `spec.${name}.resources`,
    amounts(size),
  ]),
  storage: Object.entries(values.storage).map(([name, size]) => [`spec.${name}.storage.size`, size]),
  nodePort: [['spec.backend.nodePort.enabled, of the stack "demo"', String(values.nodePort)]],
  demandsSecrets: [
    ['spec.auth.mode: jwt, and Secrets that you keep', values.demandsSecrets ? 'demanded' : 'not demanded'],
  ],
});

const scaling = ({ autoscaling }: PresetValues): string =>
  autoscaling
    ? `${autoscaling.minReplicas} to ${autoscaling.maxReplicas}, at ${autoscaling.cpuPercent} % of the requested CPU`
    : 'off';

const amounts = ({ requests, limits }: Resources): string =>
  `${requests.cpu} CPU and ${requests.memory} requested, ${limits.memory} at most`;
