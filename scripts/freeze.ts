import { freezeFiles } from '../test/freeze/frozen.ts';
import { parts } from '../test/freeze/parts.ts';

/**
 * Writes what must not change by accident to test/freeze/frozen/: all of it, or the named parts. An intended change is
 * then a visible difference in its commit.
 */
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`No part is called ${unknown.join(', ')}; the parts are ${Object.keys(parts).join(', ')}.`);
  process.exit(64);
}

for (const [name, observe] of Object.entries(parts)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const files = await observe();
  freezeFiles(name, files);
  console.log(`${name}: ${Object.keys(files).join(', ')}`);
}
