import assert from 'node:assert/strict';
import { computed, importsOf, readSources } from './support/imports.ts';
import { type Arrows, findFaults, type Owner, roomOf } from './support/rooms.ts';

/** What everybody may use but domain, insight and workflows. */
const common = ['src/errors', 'src/config.ts', 'src/telemetry', 'src/crash-points.ts'];

/**
 * The rooms and their arrows. A file is in the room with the longest path that it begins with; a file in none is a
 * violation, so that a new room is entered here with what it may import.
 */
const rooms: Record<string, Arrows> = {
  // Replayed for ever: a library that changes under them breaks histories, so there are none but the sandbox's own.
  workflows: {
    to: ['workflows/contract'],
    typesOf: ['activities'],
    packages: ['@temporalio/workflow', '@temporalio/common'],
  },
  'workflows/contract': { to: [], packages: [] },

  // Activities may take a statement on one row (a clock, a run's progress, a state) from the store: a use case that only
  // passes it on would say nothing. They sort failures by the port's TargetError, and name the publisher they are given.
  activities: {
    to: ['src/billing', 'workflows/contract', 'src/temporal', 'src/store', 'src/targets', ...common],
    typesOf: ['src/broker'],
  },
  // A message is carried by claiming its slot, one statement of the store; the amount in the workflow's summary is
  // written as the domain writes money.
  'src/bridge': {
    to: ['src/broker', 'src/billing', 'workflows/contract', 'src/temporal', 'src/store', 'src/domain', ...common],
  },
  // Lists and single views are read from the store as they are; whatever changes something goes through billing.
  'src/api': { to: ['src/billing', 'workflows/contract', 'src/temporal', 'src/auth', 'src/store', ...common] },
  'src/auth': { to: ['src/store', ...common] },
  // Run by browsers and other people's programs: of us they know what the API says of itself, and nothing else.
  'src/client': { to: [], packages: ['openapi-fetch'] },
  'src/dashboard': {
    to: ['src/client'],
    packages: [
      'react',
      'react-dom',
      'react-router',
      'react-aria-components',
      '@tanstack/react-query',
      'lucide-react',
      'recharts',
      'qrcode',
    ],
  },
  // Builds the pages, in Node.
  'src/dashboard/vite.config.mjs': { to: [], packages: ['node:', 'vite', '@vitejs/plugin-react'] },

  // It is given the books, opened, and names no more of them than their type.
  'src/cli': {
    to: ['src/billing', 'src/auth', 'workflows/contract', 'src/temporal', ...common],
    typesOf: ['src/store'],
  },

  'src/billing': {
    to: ['src/domain', 'src/store', 'src/targets', 'src/broker', 'src/notify', 'src/documents', ...common],
  },
  // The worker is started with activities that it is given, and knows their type. Workflows are bundled by path.
  'src/temporal': { to: ['workflows/contract', ...common], typesOf: ['activities'] },
  'src/store': { to: ['src/domain', ...common] },
  'src/broker': { to: ['src/domain', ...common] },
  'src/targets': { to: ['src/domain', ...common] },
  // They are made of a plain model, whoever fills it.
  'src/documents': { to: ['src/domain', ...common] },
  // The adapter stands apart from the port: only bin chooses it, everybody else sees the port.
  'src/targets/stripe': { to: ['src/targets', 'src/domain', ...common] },

  // What mails say, and the way that they go.
  'src/notify': { to: ['src/domain', 'src/errors'] },

  'src/domain': { to: ['src/errors'], packages: ['fraction.js', 'temporal-polyfill'] },
  'src/errors': { to: [], packages: [] },
  // How Temporal is reached is read as Temporal's own tools read it, and amounts as the domain reads amounts.
  'src/config.ts': { to: ['src/errors', 'src/domain'], packages: ['@temporalio/envconfig'] },
  'src/crash-points.ts': { to: [], packages: ['node:'] },
  'src/telemetry': { to: ['src/errors'] },

  // They stand in for other companies' programs and customers, so they share nothing that could hide a fault of ours.
  'src/stripe-simulator': { to: [], packages: ['node:', 'stripe'] },
  'src/mail-catcher': { to: [], packages: ['node:', 'smtp-server', 'mailparser'] },
  examples: { to: [] },
  // It starts programs and knows nothing of what runs on them; it speaks to people by the catalogue of errors.
  'src/stack': { to: ['src/errors'] },

  'src/bin': { to: ['*'] },
  // Measures and torments the whole from outside, and holds single parts against what they are made of.
  bench: { to: ['*'] },
};

/** Packages that are spoken to in one place; elsewhere their types would spread, and with them their next version. */
const owners: Record<string, Owner> = {
  stripe: { rooms: ['src/targets/stripe'], typesIn: ['src/stripe-simulator', 'bench'] },
  // The stack asks a new server whether it serves; benchmarks hold ours against bare scripts.
  pg: { rooms: ['src/store', 'src/stack', 'bench'] },
  '@prisma/': { rooms: ['src/store'] },
  amqplib: { rooms: ['src/broker'] },
  fastify: { rooms: ['src/api', 'bench'] },
  '@fastify/': { rooms: ['src/api'] },
  '@myriaddreamin/': { rooms: ['src/documents'] },
  commander: { rooms: ['src/cli'] },
  '@node-rs/argon2': { rooms: ['src/auth'] },
  otpauth: { rooms: ['src/auth'] },
  'openid-client': { rooms: ['src/auth'] },
  nodemailer: { rooms: ['src/notify'] },
  standardwebhooks: { rooms: ['src/notify'] },
  'ipaddr.js': { rooms: ['src/notify'] },
  'smtp-server': { rooms: ['src/mail-catcher'] },
  mailparser: { rooms: ['src/mail-catcher'] },
  // A program that replays knows the error by which that fails.
  '@temporalio/workflow': { rooms: ['workflows', 'src/bin', 'bench'] },
  '@temporalio/activity': { rooms: ['activities'] },
};

/** Files that only these rooms or files may import: prices are computed one way. */
const reserved: Record<string, string[]> = {
  'src/domain/rating/rate.ts': ['src/domain/rating/rate-lines.ts'],
  'src/domain/rating/rate-lines.ts': ['src/billing', 'bench'],
};

const rules = { rooms, owners, reserved };
const faultsOf = (sources: ReadonlyMap<string, string>) => findFaults(rules, sources);

describe('The rooms', () => {
  // Prisma writes src/store/generated, and it is in the repository of nobody.
  const sources = readSources(['src', 'workflows', 'activities', 'examples', 'bench'], /^src\/store\/generated\//);

  it('import each other only along the arrows, and never in a circle', () => {
    assert.deepEqual(faultsOf(sources), []);
  });

  it('are all there, and their imports are seen', () => {
    const seen = [...sources].flatMap(([path, source]) => importsOf(path, source));
    for (const room of Object.keys(rooms)) {
      assert.ok(
        [...sources.keys()].some((path) => roomOf(rooms, path) === room),
        `${room} has no file`,
      );
    }
    for (const [path, source] of sources) {
      const written = source
        .split('\n')
        .filter((line) => /^(?:import|export|\})\b.* from '|^\} from '|^import '/.test(line)).length;
      const found = seen.filter(({ from }) => from === path).length;
      assert.ok(found >= written, `${path} has ${written} imports, ${found} were seen`);
    }
  });

  it('are read in every form that an import has', () => {
    const source = `
import a from './a.ts';
import b, { c } from './b.ts';
import * as d from 'd';
import {
  e,
  type F,
} from '../f.ts';
import type { G } from './g.ts';
import './h.ts';
export { i } from './i.ts';
export * from './j.ts';
export type { K } from 'k';
const l = await import('./l.ts');
const m = await import(somewhere);
// import n from './n.ts';
/** import('./o.ts') is only talked about. */
const text = "from './p.ts'";
`;
    const found = importsOf('src/x/y.ts', source).map(({ to, typeOnly }) => (typeOnly ? `type ${to}` : to));
    assert.deepEqual(found, [
      ...['src/x/a.ts', 'src/x/b.ts', 'd', 'src/f.ts', 'type src/x/g.ts', 'src/x/h.ts'],
      ...['src/x/i.ts', 'src/x/j.ts', 'type k', 'src/x/l.ts', computed],
    ]);
  });

  const planted: Record<string, [path: string, source: string, fault: RegExp]> = {
    'code of activities in a workflow': [
      'workflows/bad.ts',
      `import { createActivities } from '../activities/index.ts';`,
      /workflows may not import activities/,
    ],
    'rating in a workflow, even as a type': [
      'workflows/bad.ts',
      `import type { Price } from '../src/domain/rating/price.ts';`,
      /workflows may not import the types of src\/domain/,
    ],
    "Node's own modules in a workflow": [
      'workflows/bad.ts',
      `import { randomUUID } from 'node:crypto';`,
      /may not import the package node:crypto/,
    ],
    'Stripe in a workflow': ['workflows/bad.ts', `import type Stripe from 'stripe';`, /the package stripe/],
    'anything in the contract': [
      'workflows/contract/bad.ts',
      `import '../sync-invoice.ts';`,
      /contract may not import/,
    ],
    'a database in the domain': ['src/domain/bad.ts', `import { x } from '../store/database.ts';`, /import src\/store/],
    'a library in the domain': ['src/domain/bad.ts', `import { v5 } from 'uuid';`, /the package uuid/],
    'our rounding in the simulator': [
      'src/stripe-simulator/bad.ts',
      `import { round } from '../domain/money/money.ts';`,
      /stripe-simulator may not import src\/domain/,
    ],
    'Stripe’s client in the simulator': [
      'src/stripe-simulator/bad.ts',
      `import Stripe from 'stripe';`,
      /stripe-simulator may not import the package stripe/,
    ],
    'the store in the stack': ['src/stack/bad.ts', `import '../store/migrate.ts';`, /src\/stack may not import/],
    'our code in an example': ['examples/bad.ts', `import '../src/errors/error.ts';`, /examples may not import/],
    'Stripe outside of its adapter': ['src/billing/bad.ts', `import type Stripe from 'stripe';`, /the package stripe/],
    'the adapter instead of the port': [
      'src/billing/bad.ts',
      `import { stripeTarget } from '../targets/stripe/target.ts';`,
      /src\/billing may not import src\/targets\/stripe/,
    ],
    'the store in a page': [
      'src/dashboard/bad.tsx',
      `import { currencies } from '../domain/money/currency.ts';`,
      /src\/dashboard may not import src\/domain/,
    ],
    'a second way to the API in a page': ['src/dashboard/bad.ts', `import ky from 'ky';`, /the package ky/],
    'SQL outside of the store': ['src/api/bad.ts', `import pg from 'pg';`, /the package pg/],
    'Prisma outside of the store': ['src/api/bad.ts', `import { PrismaPg } from '@prisma/adapter-pg';`, /@prisma/],
    'the books in a document': [
      'src/documents/bad.ts',
      `import { readLines } from '../store/invoice-facts.ts';`,
      /src\/documents may not import src\/store/,
    ],
    'a typesetter outside of the documents': [
      'src/billing/bad.ts',
      `import { NodeCompiler } from '@myriaddreamin/typst-ts-node-compiler';`,
      /@myriaddreamin/,
    ],
    'AMQP outside of the broker': ['src/bridge/bad.ts', `import { connect } from 'amqplib';`, /amqplib/],
    'code of the broker in activities, which may know its types': [
      'activities/bad.ts',
      `import { createPublisher } from '../src/broker/publisher.ts';`,
      /activities may not import src\/broker/,
    ],
    'a second caller of price code': [
      'src/api/bad.ts',
      `export { rateLines } from '../domain/rating/rate-lines.ts';`,
      /rate-lines\.ts, which is for src\/billing,bench only/,
    ],
    'a second caller of price code in the domain itself': [
      'src/domain/invoice/bad.ts',
      `import { rate } from '../rating/rate.ts';`,
      /rate\.ts, which is for src\/domain\/rating\/rate-lines\.ts only/,
    ],
    'the store in the command': [
      'src/cli/bad.ts',
      `import { openDatabase } from '../store/database.ts';`,
      /src\/cli may not import src\/store/,
    ],
    'a composition root as a library': [
      'src/api/bad.ts',
      `import '../bin/shared/prepare.ts';`,
      /may not import src\/bin/,
    ],
    'a dynamic import': ['src/store/bad.ts', `await import('../billing/ids.ts');`, /may not import src\/billing/],
    'an import that only a running program knows': ['src/store/bad.ts', `await import(path);`, /a running program/],
    'tests in the product': ['src/store/bad.ts', `import '../../test/support/books.ts';`, /in no room/],
    'a room that nobody has entered here': ['src/helpers/bad.ts', `export const x = 1;`, /is in no room/],
  };
  for (const [what, [path, source, fault]] of Object.entries(planted)) {
    it(`do not pass over ${what}`, () => {
      // Only what the planted file breaks: a fault of today's code has its own test above.
      const found = faultsOf(new Map([...sources, [path, `${source}\n`]])).filter((sentence) =>
        sentence.includes(path),
      );
      assert.equal(found.length, 1, 'the violation was not found, or more than it');
      assert.match(found[0]!, fault);
    });
  }

  it('do not pass over a circle', () => {
    const circle = new Map([
      ['src/billing/a.ts', `import '../store/b.ts';\n`],
      ['src/store/b.ts', `import '../domain/c.ts';\n`],
      ['src/domain/c.ts', `import '../billing/a.ts';\n`],
    ]);
    const circlesIn = (sources: ReadonlyMap<string, string>) =>
      faultsOf(sources).filter((fault) => fault.startsWith('rooms in a circle'));
    assert.deepEqual(circlesIn(circle), ['rooms in a circle: src/billing → src/store → src/domain → src/billing']);
    const byType = new Map([...circle, ['src/domain/c.ts', `import type { A } from '../billing/a.ts';\n`]]);
    assert.deepEqual(circlesIn(byType), []);
  });
});
