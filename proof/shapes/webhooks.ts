import { z } from 'zod';
import { list } from './container.ts';

/** A Service that the API server itself asks. */
const asked = z
  .looseObject({
    name: z.string().default(''),
    namespace: z.string().default(''),
    port: z.number().default(443),
  })
  .optional();

const clientConfig = z.looseObject({ service: asked }).prefault({});

/** Before it stores an object. */
export const webhookConfiguration = { webhooks: list(z.looseObject({ clientConfig })) };

/** For a group that it does not serve itself. */
export const apiServiceSpec = z.looseObject({ service: asked });

/** To turn an object of one version into that of another. */
export const definitionSpec = z.looseObject({
  conversion: z.looseObject({ webhook: z.looseObject({ clientConfig }).prefault({}) }).prefault({}),
});
