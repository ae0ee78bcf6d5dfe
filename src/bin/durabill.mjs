#!/usr/bin/env node
// The command by its name: `durabill plans diff` is `node src/bin/bootstrap.mjs durabill plans diff`.
process.argv.splice(2, 0, 'durabill');
await import('./bootstrap.mjs');
