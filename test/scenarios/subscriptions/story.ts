import assert from 'node:assert/strict';
import { applyPlans } from '../../../src/billing/apply-plans.ts';
import { createCustomer } from '../../../src/billing/create-customer.ts';
import { createSubscription, type NewSubscriptionInput } from '../../../src/billing/create-subscription.ts';
import { createTestClock } from '../../../src/billing/open-clock.ts';
import { recordUsage } from '../../../src/billing/record-usage.ts';
import { parsePlanFile } from '../../../src/domain/rating/plan.ts';
import { startRun } from '../../../src/temporal/start-run.ts';
import { openWorld, type World } from '../../support/world.ts';
import { readJournal, stripeCopies } from '../support/stripe-journal.ts';

const meters = [{ key: 'calls', name: 'Calls', eventType: 'call', aggregation: 'count' }];
const base = (amount: string) => ({ key: 'base', name: 'Base fee', model: 'flat', amount });
const calls = (unitAmount: string) => ({ key: 'calls', name: 'Calls', model: 'per_unit', meter: 'calls', unitAmount });

/** In dollars; a month of 31 days at 31.00 can be read off in days. */
const plans = {
  basic: { interval: 'month', prices: [base('31.00'), calls('0.50')] },
  pro: { interval: 'month', prices: [base('62.00'), calls('0.40')] },
  trial: { interval: 'month', trialDays: 14, prices: [base('31.00'), calls('0.50')] },
  anniversary: { interval: 'month', anchor: 'anniversary', prices: [base('30.00')] },
  weekly: { interval: 'week', prices: [base('7.00'), calls('0.50')] },
  quarterly: { interval: 'quarter', prices: [base('90.00')] },
  ahead: { interval: 'month', prices: [{ ...base('56.00'), timing: 'advance' }, calls('0.50')] },
  'ahead-least': {
    interval: 'month',
    minimumAmount: '60.00',
    prices: [{ ...base('56.00'), timing: 'advance' }, calls('0.50')],
  },
  'ahead-pro': { interval: 'month', prices: [{ ...base('112.00'), timing: 'advance' }, calls('0.40')] },
} as const;

type Content = { interval: string; prices: readonly object[]; trialDays?: number; anchor?: string };

/** A line of a bill: what it is for, from when to when, over how many dollars. */
export type ShownLine = `${string} ${string} ${string} ${string}`;
export type Bill = { total: string; lines: ShownLine[] };

/** A Durabill with worker and bridge, in which each story has a clock and customers of its own. */
export async function openStories() {
  const world = await openWorld();
  await applyPlans(world.database, fileOf(plans), 'test');
  await Promise.all([world.start('worker'), world.start('bridge')]);
  return {
    world,
    story: (name: string, begin: Beginning) => openStory(world, name, begin),
    close: () => world.close(),
  };
}

export type Stories = Awaited<ReturnType<typeof openStories>>;

function fileOf(contents: Record<string, Content>) {
  const list = Object.entries(contents).map(([key, content]) => ({ key, name: key, currency: 'USD', ...content }));
  return parsePlanFile({ meters, plans: list });
}

type Beginning = { at: string; zone?: string };
let stories = 0;

async function openStory(world: World, name: string, { at, zone = 'UTC' }: Beginning) {
  stories += 1;
  const clock = { name, startsAt: at, numberPrefix: `STORY${stories}` };
  const { id: clockId } = (await createTestClock(world.database, clock, 'test')).clock;
  const { database } = world;
  let events = 0;

  return {
    /** A customer of the story. @returns its external id */
    async customer(called = 'customer'): Promise<string> {
      const externalId = `${name} ${called}`;
      const input = { externalId, name: externalId, currency: 'USD', zone, clock: name };
      await createCustomer(database, input, 'test');
      return externalId;
    },

    /** @returns the id of the subscription */
    async subscribe(customer: string, plan: keyof typeof plans, more: Partial<NewSubscriptionInput> = {}) {
      const order = { customer, plan, startsAt: at, ...more };
      return (await createSubscription(database, order, 'test')).id;
    },

    /** Another version of a plan, which nobody has yet. */
    async applyVersion(plan: string, content: Content): Promise<void> {
      await applyPlans(database, fileOf({ [plan]: content }), 'test');
    },

    /** Calls of a customer, all at one instant. */
    async call(customer: string, occurredAt: string, count: number): Promise<void> {
      const all = Array.from({ length: count }, () => {
        events += 1;
        return { id: `${name} ${events}`, customer, type: 'call', occurredAt };
      });
      const outcomes = await recordUsage(database, all);
      assert.deepEqual([...new Set(outcomes.map(({ status }) => status))], ['accepted']);
    },

    /** Lets time pass on the story's clock, with all that becomes due on the way. */
    async advance(to: string): Promise<void> {
      const { workflowId } = await startRun(world.temporal.client, { kind: 'advance', clockId, at: new Date(to) });
      await world.temporal.client.workflow.getHandle(workflowId).result();
    },

    /**
     * What a customer was billed, in the order of the periods; every bill is issued, and at Stripe over the same. So many
     * as are said to be were over nothing, and skipped.
     */
    async bills(customer: string, { skipped = 0 } = {}): Promise<Bill[]> {
      const { rows } = await database.query<{ id: string; totalMinor: bigint; lifecycle: string; lines: StoredLine[] }>(
        `SELECT i.id, i.total_minor AS "totalMinor", s.lifecycle, (
           SELECT jsonb_agg(jsonb_build_object('name', l.description, 'from', p.start_at, 'to', p.end_at,
             'amountMinor', l.amount_minor::text) ORDER BY l.position)
           FROM invoice_lines l JOIN periods p ON p.id = l.period_id WHERE l.invoice_id = i.id) AS lines
         FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id JOIN customers c ON c.id = i.customer_id
         WHERE c.external_id = $1 ORDER BY i.period_start_at, i.purpose, i.period_end_at`,
        [customer],
      );
      const copies = stripeCopies(await readJournal(world));
      const issued = rows.filter(({ lifecycle }) => lifecycle === 'issued');
      const others = rows.filter((row) => !issued.includes(row)).map(({ lifecycle }) => lifecycle);
      assert.deepEqual(others, Array(skipped).fill('skipped'));
      for (const { id, totalMinor } of issued) {
        const totals = copies.filter(({ invoiceId }) => invoiceId === id).map((copy) => copy.totalMinor);
        assert.deepEqual(totals, [totalMinor], 'at Stripe once, over the same');
      }
      return rows.map(({ totalMinor, lines }) => ({ total: dollars(totalMinor), lines: lines.map(shown) }));
    },
  };
}

type StoredLine = { name: string; from: string; to: string; amountMinor: string };

function shown({ name, from, to, amountMinor }: StoredLine): ShownLine {
  return `${name}: ${short(from)} ${short(to)} ${dollars(BigInt(amountMinor))}`;
}

/** 2013-01-01, and the time of day where it is not midnight in UTC. */
function short(text: string): string {
  const iso = new Date(text).toISOString();
  return iso.endsWith('T00:00:00.000Z') ? iso.slice(0, 10) : iso.replace(/(:00)?\.000Z$/, 'Z');
}

function dollars(amountMinor: bigint): string {
  const sign = amountMinor < 0n ? '-' : '';
  const cents = amountMinor < 0n ? -amountMinor : amountMinor;
  return `${sign}${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
}
