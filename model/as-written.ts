/**
 * What the author of a document wrote, of an object as an API server has it (`kubectl get --output yaml`): it has a UID,
 * a status and metadata of other writers besides. Any other value as it is.
 */
export function asWritten(raw: unknown): unknown {
  if (!isGroup(raw) || !isGroup(raw['metadata']) || typeof raw['metadata']['uid'] !== 'string') return raw;
  const { apiVersion, kind, metadata, spec } = raw;
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, namespace }, ...(spec === undefined ? {} : { spec }) };
}

type Group = Readonly<Record<string, unknown>>;

const isGroup = (value: unknown): value is Group => typeof value === 'object' && value !== null;
