import type { Beyond, Grant } from '../../proof/packs/mooring/beyond-edges.ts';
import { print, table, type OutputFormat } from '../output.ts';

/** What `-o json` and `-o yaml` write of one row. */
const rowOf = ({ by, ...row }: Beyond): object => ({
  ...row,
  by: by.map(({ direction, policy = null, place }) => ({
    ...{ direction, policy },
    ...(place ? { file: place.doc.file, line: place.doc.lineOf(place.path) } : {}),
  })),
});

/**
 * Prints what policies allow beyond the declared edges of stacks.
 * @param beyond `undefined` where no stack is among the manifests.
 */
export const printBeyond = (
  beyond: readonly Beyond[] | undefined,
  output: OutputFormat | undefined,
): Promise<void> =>
  print({ stacks: beyond !== undefined, beyond: (beyond ?? []).map(rowOf) }, textOf(beyond), output);

function textOf(beyond: readonly Beyond[] | undefined): string {
  if (!beyond)
    return 'No stack that Mooring rendered is among the manifests: the edges of other workloads are not declared.';
  if (beyond.length === 0) return 'The policies allow nothing beyond the declared edges.';
  const rows = beyond.map(({ from, to, port, protocols, by }) => [
    from.join(', '),
    to.map((end) => `${end}:${portOf(port, protocols)}`).join(', '),
    by.map(grantText).join(', '),
  ]);
  return table(['FROM', 'TO', 'ALLOWED BY'], rows);
}

const portOf = (port: string, protocols: readonly string[]): string => {
  const isUsual = protocols.includes('TCP') && (port === 'any' || protocols.length === 1);
  return isUsual ? port : `${port}/${protocols.join('+')}`;
};

const grantText = ({ direction, policy, place }: Grant): string =>
  policy === undefined || !place
    ? `no ${direction.toLowerCase()} policy`
    : `${policy} (${place.doc.file}:${place.doc.lineOf(place.path)})`;
