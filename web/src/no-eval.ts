import { z } from 'zod';

// zod compiles its parsers with `new Function`, which the page's Content-Security-Policy refuses: each try would be an
// error in the console. Imported before anything that makes a schema.
z.config({ jitless: true });
