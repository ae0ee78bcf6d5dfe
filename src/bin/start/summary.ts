import Table from 'cli-table3';
import { perSecond, type Stage, stages, type Work } from '../../../examples/airports/work.ts';
import { formatMoney, type Money } from '../../domain/money/money.ts';
import type { Doors } from './access.ts';
import { workText } from './progress.ts';

/** What `npm start` has to say at its end. `seconds` names each stage, in the order in which they ran. */
export type Summary = {
  /** The clock of the business that was billed, and where it stands now. */
  clock: { name: string; now: Date };
  customers: number;
  /** What the API answered to this start's events. */
  events: { accepted: number; duplicate: number; conflict: number; rejected: number };
  /** Departures that were not sent: nobody is known to pay for them. */
  leftOut: number;
  /** Live invoices in the books, whoever billed them, and those that this start generated. */
  invoices: { total: number; generated: number };
  /** Sum of the live invoices, one for each currency. */
  amounts: (Money & { invoices: number })[];
  sync: { synced: number; parked: number; waiting: number; drafts: number; skipped: number };
  /** Issued periods computed now, minus what was billed: late usage would show here. */
  recomputed: { periods: number; differing: number; differences: Money[] };
  seconds: Record<string, number>;
  /** What this start did stage by stage, and how long that took. */
  work: Record<Stage, Work>;
  signIn: Doors;
  addresses: { api: string; apiDocument: string; temporal: string; rabbitmq: string; mail: string; stripe: string };
};

export const nothingNew = 'Nothing new to bill: every invoice of these months was already there.';

/** The summary as a table for people, with a sentence above it when a repeated start had nothing to bill. */
export function summaryTable(summary: Summary): string {
  const table = new Table({ style: { head: [], border: [] }, wordWrap: true });
  table.push(...rowsOf(summary).map(([name, value]) => ({ [name]: value })));
  return hasNothingNew(summary) ? `${nothingNew}\n${table.toString()}` : table.toString();
}

/** The same as one JSON object on one line; amounts are texts, since JSON numbers lose digits of large ones. */
export function summaryJson(summary: Summary): string {
  const { work, ...told } = summary;
  const rates = Object.fromEntries(
    stages.map((stage) => [stage, { ...work[stage], perSecond: perSecond(work[stage]) }]),
  );
  const facts = { ...told, rates, nothingNew: hasNothingNew(summary) };
  return JSON.stringify(facts, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
}

/** A start that stops before the first month has ended has nothing to bill either, but nothing was there already. */
function hasNothingNew({ invoices }: Summary): boolean {
  return invoices.generated === 0 && invoices.total > 0;
}

function rowsOf(summary: Summary): [string, string][] {
  const { clock, customers, events, leftOut, invoices, amounts, sync, recomputed, seconds, work, addresses, signIn } =
    summary;
  return [
    ['Clock', `${clock.name}, at ${clock.now.toISOString()}`],
    ['Customers', count(customers)],
    ['Events', byName(events)],
    ...(leftOut > 0
      ? [['Left out', `${count(leftOut)} departures that nobody is known to pay for`] as [string, string]]
      : []),
    ['Invoices', `${count(invoices.total)}, of which ${count(invoices.generated)} new`],
    ['Amount', amounts.map((sum) => `${formatMoney(sum)} on ${count(sum.invoices)} invoices`).join('\n') || 'none'],
    ['At Stripe', byName(sync)],
    ['Recomputed − billed', recomputedText(recomputed)],
    ['Rates', ratesText(work)],
    ['Seconds', byName(seconds, (value) => value.toFixed(1))],
    ['API', `${addresses.api}\n${addresses.apiDocument}`],
    ['Sign in as a customer', customerText(signIn, addresses)],
    ['Sign in as an operator', operatorText(signIn)],
    ['Temporal Web UI', addresses.temporal],
    ['RabbitMQ', addresses.rabbitmq],
    ['Mail', addresses.mail],
    ['Stripe', addresses.stripe],
  ];
}

function customerText({ customer }: Doors, { mail }: Summary['addresses']): string {
  if (customer === null) return 'as soon as one has an invoice: start again then';
  const again = `It works once. The next start prints another one, or have one mailed to ${customer.email}: ${mail}`;
  return `${customer.url}\nof ${customer.name}\n${again}`;
}

function operatorText({ operator }: Doors): string {
  return `${operator.url}\n${operator.email}, password ${operator.password ?? 'as you have changed it'}`;
}

function recomputedText({ periods, differing, differences }: Summary['recomputed']): string {
  const sums = differences.map(formatMoney).join(', ') || '0';
  return `${sums}; ${count(differing)} of ${count(periods)} issued periods differ`;
}

/** Only what this start did: there is no rate of nothing. */
function ratesText(work: Summary['work']): string {
  const done = stages.filter((stage) => work[stage].count > 0);
  return done.map((stage) => `${stage} ${workText(work[stage])}`).join('\n');
}

function byName(values: Record<string, number>, textOf: (value: number) => string = count): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${textOf(value)}`)
    .join(', ');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
