import type { Fault } from '../findings.ts';
import { containerCalled, type Check } from './subject.ts';

/** `echo password | base64` encodes the end of the line too; as a variable nothing cuts it off. */
export const secretTexts: Check = ({ graph }) =>
  graph.workloads.flatMap((workload) =>
    workload.containers.flatMap((container) =>
      container.env.flatMap(({ name, value = '', from, place }): Fault[] => {
        if (from?.kind !== 'Secret' || !/^[^\n]+\n$/.test(value)) return [];
        const source = graph.find('Secret', workload.namespace, from.name);
        const field = source && from.key in source.content.stringData ? 'stringData' : 'data';
        return [
          {
            code: 'SECRET_NEWLINE',
            message: `${name} of ${containerCalled(workload, container)} is key "${from.key}" of Secret ${from.name}, whose value ends in a newline: the process gets the newline too.`,
            here: source ? { doc: source.doc, path: [field, from.key] } : place,
            there: place,
            fix: `Encode it without one, as by printf '%s' "$VALUE" | base64, or put the text under stringData.`,
          },
        ];
      }),
    ),
  );
