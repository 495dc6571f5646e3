import { z } from 'zod';
import { selector } from './common.ts';
import { list } from './container.ts';

/** What the operator of Prometheus is told to scrape. */
export const serviceMonitorSpec = z.looseObject({
  selector: selector.prefault({}),
  namespaceSelector: z
    .looseObject({ any: z.boolean().default(false), matchNames: list(z.string()) })
    .prefault({}),
  endpoints: list(z.looseObject({ port: z.string().optional() })),
});
