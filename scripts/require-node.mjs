// Plain JavaScript on purpose: it must run on the very Node that cannot run the TypeScript behind it.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  console.error(
    `Mooring needs Node 22.19 or newer; this is Node ${process.versions.node} (${process.execPath}). ` +
      'In a clone, `npm ci` (without --ignore-scripts) installs a Node 24 of its own and npm scripts use it.',
  );
  process.exit(1);
}
