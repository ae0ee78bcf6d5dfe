import { expectedLines } from './business.ts';
import type { AtStripe, BookedInvoice, Books } from './evidence.ts';
import { groupBy } from './group-by.ts';
import type { Unrest } from './rest.ts';
import type { Sent } from './sent.ts';

/**
 * `lost`: acknowledged, and not there. `duplicated`: there more often than once. `unexpected`: whatever else differs
 * from what was sent.
 */
export type Finding = { kind: 'lost' | 'duplicated' | 'unexpected'; what: string };

export type Evidence = {
  sent: Sent;
  books: Books;
  stripe: AtStripe;
  unrest: Unrest;
  /** Processes that ended without having been killed. */
  ownEnds: readonly string[];
};

/** Holds what was sent, the books and Stripe against each other. Knows nothing of how the product computes. */
export function verify(evidence: Evidence): Finding[] {
  return [
    ...verifyEvents(evidence),
    ...verifyCustomers(evidence),
    ...verifyBills(evidence),
    ...verifyNumbers(evidence),
    ...verifyStripe(evidence),
    ...verifyAnswers(evidence),
    ...verifyRest(evidence),
  ];
}

function verifyEvents({ sent, books }: Evidence): Finding[] {
  const findings: Finding[] = [];
  const stored = groupBy(books.events, ({ id }) => id);
  const keys = groupBy(books.eventKeys, (id) => id);
  for (const [id, { event, acknowledged }] of sent.events) {
    const copies = stored.get(id) ?? [];
    if (acknowledged && (copies.length === 0 || !keys.has(id))) findings.push(lost(`event ${id}`));
    if (copies.length > 1) findings.push(duplicated(`event ${id} is stored ${copies.length} times`));
    for (const { customer, occurredAt, units } of copies) {
      const isSame =
        customer === event.customer &&
        occurredAt.toISOString() === event.occurredAt &&
        units === event.properties.units;
      if (!isSame) findings.push(unexpected(`event ${id} is stored with other content`));
    }
  }
  for (const id of new Set([...stored.keys(), ...keys.keys()])) {
    if (!sent.events.has(id)) findings.push(unexpected(`event ${id} is stored and was never sent`));
  }
  return findings;
}

function verifyCustomers({ sent, books }: Evidence): Finding[] {
  const findings: Finding[] = [];
  const stored = new Map(books.customers.map((customer) => [customer.externalId, customer]));
  for (const [externalId, { acknowledged, clock }] of sent.customers) {
    const customer = stored.get(externalId);
    if (customer === undefined && acknowledged) findings.push(lost(`customer ${externalId}`));
    if (customer !== undefined && customer.clock !== clock) {
      findings.push(unexpected(`customer ${externalId} is on the clock ${customer.clock}`));
    }
  }
  for (const externalId of stored.keys()) {
    if (!sent.customers.has(externalId)) findings.push(unexpected(`customer ${externalId} was never sent`));
  }
  return findings;
}

/** Each customer's month has one invoice, of the amounts that follow from the events that were sent. */
function verifyBills({ sent, books }: Evidence): Finding[] {
  const findings: Finding[] = [];
  const byCustomer = groupBy(books.invoices, ({ externalId }) => externalId);
  for (const [externalId, { customer, billed }] of sent.customers) {
    const bills = byCustomer.get(externalId) ?? [];
    if (bills.length === 0) {
      findings.push(billed ? lost(`the invoice of ${externalId}`) : unexpected(`${externalId} has not been billed`));
    }
    if (bills.length > 1) findings.push(duplicated(`${externalId} has ${bills.length} invoices`));
    for (const bill of bills) {
      const wanted = expectedLines(customer).map(({ priceKey, amountMinor }) => `${priceKey} ${amountMinor}`);
      const found = bill.lines.map(({ priceKey, amountMinor }) => `${priceKey} ${amountMinor}`);
      if (!isSameList(wanted, found) || sumOf(bill.lines) !== bill.totalMinor) {
        findings.push(
          unexpected(`${nameOf(bill)} has ${found.join(', ')}, in all ${bill.totalMinor}; wanted ${wanted.join(', ')}`),
        );
      }
      if (bill.lifecycle !== 'issued') findings.push(unexpected(`${nameOf(bill)} is ${bill.lifecycle}`));
    }
  }
  for (const bill of books.invoices) {
    if (!sent.customers.has(bill.externalId)) findings.push(unexpected(`${nameOf(bill)} is nobody's`));
  }
  if (books.parkedPeriods > 0) findings.push(unexpected(`${books.parkedPeriods} periods were parked`));
  return findings;
}

/** Numbers of a clock begin with 1 and have no gap. */
function verifyNumbers({ books }: Evidence): Finding[] {
  const findings: Finding[] = [];
  const issued = books.invoices.filter(({ lifecycle }) => lifecycle === 'issued');
  for (const [prefix, invoices] of groupBy(issued, ({ numberPrefix }) => numberPrefix)) {
    const wanted = invoices.map((_, index) => `${prefix}-${String(index + 1).padStart(6, '0')}`);
    if (
      !isSameList(
        wanted,
        invoices.map(({ number }) => String(number)),
      )
    ) {
      findings.push(unexpected(`the numbers of ${prefix} have a gap or a double among ${invoices.length}`));
    }
  }
  return findings;
}

/** Issued invoices and those at Stripe are one to one, and equal. */
function verifyStripe({ books, stripe }: Evidence): Finding[] {
  const findings: Finding[] = [];
  const remoteByOurs = groupBy(stripe.invoices, ({ ours }) => ours);
  const customersByOurs = groupBy(stripe.customers, ({ ours }) => ours);
  for (const [ours, customers] of customersByOurs) {
    if (ours !== undefined && customers.length > 1) {
      findings.push(duplicated(`customer ${ours} is at Stripe ${customers.length} times`));
    }
  }
  for (const invoice of books.invoices) {
    if (invoice.lifecycle !== 'issued') continue;
    const remotes = remoteByOurs.get(invoice.id) ?? [];
    if (remotes.length === 0) findings.push(lost(`${nameOf(invoice)} is not at Stripe (${invoice.sync})`));
    if (remotes.length > 1) findings.push(duplicated(`${nameOf(invoice)} is at Stripe ${remotes.length} times`));
    for (const remote of remotes) {
      const difference = differenceOf(invoice, remote, customersByOurs.get(invoice.customerId) ?? []);
      if (difference !== undefined) findings.push(unexpected(`${nameOf(invoice)} at Stripe: ${difference}`));
    }
  }
  const known = new Set(books.invoices.map(({ id }) => id));
  for (const { id, ours } of stripe.invoices) {
    if (ours === undefined || !known.has(ours)) findings.push(unexpected(`Stripe's ${id} is not in the books`));
  }
  const customers = new Set(books.customers.map(({ id }) => id));
  for (const { id, ours } of stripe.customers) {
    if (ours === undefined || !customers.has(ours)) findings.push(unexpected(`Stripe's ${id} is not in the books`));
  }
  return findings;
}

function differenceOf(
  invoice: BookedInvoice,
  remote: AtStripe['invoices'][number],
  customers: AtStripe['customers'],
): string | undefined {
  if (remote.status !== 'open') return `its status is ${remote.status}`;
  if (remote.number !== invoice.number) return `its number is ${remote.number}`;
  if (remote.currency !== invoice.currency.toLowerCase()) return `its currency is ${remote.currency}`;
  if (!customers.some(({ id }) => id === remote.customer)) return `it is ${remote.customer}'s`;
  const wanted = invoice.lines.map(({ id, amountMinor }) => `${id} ${amountMinor}`);
  const found = remote.lines.map(({ ours, amountMinor }) => `${ours} ${amountMinor}`);
  if (!isSameList(wanted, found)) return `its lines are ${found.join(', ')}; in the books ${wanted.join(', ')}`;
  if (!isSameList(invoice.remoteIds, [remote.id])) return `the books know it as ${invoice.remoteIds.join(', ')}`;
  return undefined;
}

function verifyAnswers({ sent, books }: Evidence): Finding[] {
  const stored = new Set(books.decisions);
  const findings: Finding[] = [];
  for (const { decisionId, invoiceId, acknowledged } of sent.answers.values()) {
    if (acknowledged && !stored.has(decisionId)) findings.push(lost(`the answer to ${invoiceId}`));
  }
  for (const id of stored) {
    if (!sent.answers.has(id)) findings.push(unexpected(`the answer ${id} was never given`));
  }
  return findings;
}

/** Nothing waits any more, and nobody was surprised on the way. */
function verifyRest({ sent, books, unrest, ownEnds }: Evidence): Finding[] {
  const findings = [...sent.surprises, ...ownEnds].map(unexpected);
  for (const { acknowledged } of sent.events.values()) {
    if (acknowledged) continue;
    findings.push(unexpected('not every event was acknowledged in the end'));
    break;
  }
  for (const invoice of books.invoices) {
    const { sync, lifecycle, failureReason } = invoice;
    if (lifecycle === 'issued' && sync !== 'synced' && !(sync === 'parked' && failureReason !== null)) {
      findings.push(unexpected(`${nameOf(invoice)} is stuck: ${sync}, without a reason`));
    }
  }
  if (unrest.deadLetters > 0) findings.push(unexpected(`${unrest.deadLetters} dead letters`));
  if (unrest.messages > 0) findings.push(unexpected(`${unrest.messages} messages wait in the broker`));
  findings.push(...unrest.workflows.map((id) => unexpected(`the workflow ${id} still runs`)));
  return findings;
}

const lost = (what: string): Finding => ({ kind: 'lost', what });
const duplicated = (what: string): Finding => ({ kind: 'duplicated', what });
const unexpected = (what: string): Finding => ({ kind: 'unexpected', what });

function nameOf({ number, id, externalId }: BookedInvoice): string {
  return `${number ?? `the draft ${id}`} of ${externalId}`;
}

function sumOf(lines: BookedInvoice['lines']): bigint {
  return lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

/** Equal but for the order. */
function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().join('\n') === [...other].sort().join('\n');
}
