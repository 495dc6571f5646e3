import { z } from 'zod';

// zod compiles parsers with `new Function`, which the page's Content-Security-Policy refuses with a console error.
// Imported before any module that creates a schema.
z.config({ jitless: true });
