import assert from 'node:assert/strict';
import { expectedLines, makeLaterEvent, makeWave, type Wave } from '../../bench/chaos/business.ts';
import type { AtStripe, BookedInvoice, Books } from '../../bench/chaos/evidence.ts';
import { randomOf } from '../../bench/chaos/random.ts';
import { Sent } from '../../bench/chaos/sent.ts';
import { type Evidence, verify } from '../../bench/chaos/verify.ts';

const wave = makeWave(randomOf(1, 'test'), 1, 4);

/** What a run leaves in which nothing went wrong, computed from what was sent alone. */
function flawless(): Evidence {
  const sent = new Sent();
  for (const customer of wave.customers) {
    sent.customers.set(customer.externalId, { customer, clock: wave.clock, acknowledged: true, billed: true });
  }
  const later = makeLaterEvent(randomOf(1, 'later'), wave.customers[0]!.externalId, 1);
  for (const event of [...wave.customers.flatMap(({ events }) => events), later]) {
    sent.events.set(event.id, { event, acknowledged: true });
  }
  sent.answers.set('decision', { decisionId: 'decision', invoiceId: 'invoice-1', acknowledged: true });
  const books = booksOf(sent, wave);
  const unrest = { messages: 0, deadLetters: 0, workflows: [], invoices: {} };
  return { sent, books, stripe: stripeOf(books), unrest, ownEnds: [] };
}

function booksOf(sent: Sent, { clock, numberPrefix, customers }: Wave): Books {
  const events = [...sent.events.values()].map(({ event }) => ({
    id: event.id,
    customer: event.customer,
    occurredAt: new Date(event.occurredAt),
    units: event.properties.units,
  }));
  const invoices = customers.map((customer, index): BookedInvoice => {
    const lines = expectedLines(customer).map((line) => ({ id: `${customer.externalId}/${line.priceKey}`, ...line }));
    return {
      id: `invoice-${index + 1}`,
      customerId: `id of ${customer.externalId}`,
      externalId: customer.externalId,
      clock,
      numberPrefix,
      periodStartAt: new Date('2013-01-01T00:00:00Z'),
      lifecycle: 'issued',
      sync: 'synced',
      failureReason: null,
      number: `${numberPrefix}-00000${index + 1}`,
      currency: 'USD',
      totalMinor: lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
      remoteIds: [`in_${index + 1}`],
      lines,
    };
  });
  return {
    events,
    eventKeys: events.map(({ id }) => id),
    customers: customers.map(({ externalId }) => ({ id: `id of ${externalId}`, externalId, clock })),
    invoices,
    decisions: ['decision'],
    parkedPeriods: 0,
  };
}

function stripeOf({ customers, invoices }: Books): AtStripe {
  return {
    customers: customers.map(({ id }) => ({ id: `cus of ${id}`, ours: id })),
    invoices: invoices.map(({ id, customerId, number, lines, remoteIds }) => ({
      id: remoteIds[0]!,
      ours: id,
      customer: `cus of ${customerId}`,
      status: 'open',
      number,
      currency: 'usd',
      lines: lines.map((line) => ({ ours: line.id, amountMinor: line.amountMinor })),
    })),
  };
}

/** What is done to the flawless run, and all that has to be found then. */
const planted: Record<string, [plant: (evidence: Evidence) => void, found: RegExp[]]> = {
  'an event that was acknowledged and is not there': [
    ({ books }) => books.events.splice(3, 1),
    [/^lost: event wave-1-c1\/4$/],
  ],
  'an event without its key': [({ books }) => books.eventKeys.splice(3, 1), [/^lost: event wave-1-c1\/4$/]],
  'an event that is there twice': [({ books }) => books.events.push(books.events[0]!), [/^duplicated: event/]],
  'an event with other units': [
    ({ books }) => books.events.splice(0, 1, { ...books.events[0]!, units: 41 }),
    [/^unexpected: event .* other content/],
  ],
  'an event that nobody sent': [
    ({ books }) => books.events.push({ ...books.events[0]!, id: 'stranger' }),
    [/^unexpected: event stranger/],
  ],
  'a customer that was acknowledged and is not there': [
    ({ books, stripe }) => {
      books.customers.pop();
      stripe.customers.pop();
    },
    [/^lost: customer wave-1-c4/, /^unexpected: W1-000004 .* at Stripe: it is cus of/],
  ],
  'an invoice that is not there': [
    ({ books, stripe }) => {
      books.invoices.pop();
      stripe.invoices.pop();
    },
    [/^lost: the invoice of wave-1-c4/],
  ],
  'an issued invoice that is not at Stripe': [
    ({ stripe }) => stripe.invoices.pop(),
    [/^lost: W1-000004 .* not at Stripe/],
  ],
  'a customer who is billed twice': [
    ({ books, stripe }) => {
      const [bill] = books.invoices as [BookedInvoice];
      const second = { ...bill, id: 'invoice-5', number: 'W1-000005', remoteIds: ['in_5'] };
      books.invoices.push(second);
      stripe.invoices.push({ ...stripe.invoices[0]!, id: 'in_5', ours: 'invoice-5', number: 'W1-000005' });
    },
    [/^duplicated: wave-1-c1 has 2 invoices/],
  ],
  'an invoice that is at Stripe twice': [
    ({ stripe }) => stripe.invoices.push({ ...stripe.invoices[0]!, id: 'in_9', status: 'draft', number: null }),
    [/^duplicated: W1-000001 .* at Stripe 2 times/, /^unexpected: W1-000001 .* status is draft/],
  ],
  'a customer that is at Stripe twice': [
    ({ stripe }) => stripe.customers.push({ ...stripe.customers[0]!, id: 'cus_9' }),
    [/^duplicated: customer id of wave-1-c1 is at Stripe 2 times/],
  ],
  'a wrong amount in the books and at Stripe': [
    ({ books, stripe }) => {
      const [bill] = books.invoices as [BookedInvoice];
      bill.lines[1]!.amountMinor += 1n;
      bill.totalMinor += 1n;
      stripe.invoices[0]!.lines[1]!.amountMinor += 1n;
    },
    [/^unexpected: W1-000001 .* wanted base 900, units/],
  ],
  'a total that is not the sum of its lines': [
    ({ books }) => {
      books.invoices[0]!.totalMinor -= 1n;
    },
    [/^unexpected: W1-000001 .* in all/],
  ],
  'another amount at Stripe than in the books': [
    ({ stripe }) => {
      stripe.invoices[2]!.lines[0]!.amountMinor = 0n;
    },
    [/^unexpected: W1-000003 .* at Stripe: its lines/],
  ],
  'an invoice of nobody at Stripe': [
    ({ stripe }) => stripe.invoices.push({ ...stripe.invoices[0]!, id: 'in_9', ours: undefined }),
    [/^unexpected: Stripe's in_9/],
  ],
  'a gap in the numbers': [
    ({ books, stripe }) => {
      books.invoices[3]!.number = 'W1-000005';
      stripe.invoices[3]!.number = 'W1-000005';
    },
    [/^unexpected: the numbers of W1/],
  ],
  'an answer that was accepted and is not there': [({ books }) => books.decisions.pop(), [/^lost: the answer/]],
  'an invoice that is stuck without a reason': [
    ({ books }) => {
      books.invoices[0]!.sync = 'queued';
    },
    [/^unexpected: W1-000001 .* is stuck: queued/],
  ],
  'a draft that was never issued': [
    ({ books, stripe }) => {
      Object.assign(books.invoices[3]!, { lifecycle: 'draft', sync: 'none', number: null, remoteIds: [] });
      stripe.invoices.pop();
    },
    [/^unexpected: the draft invoice-4 .* is draft/],
  ],
  'a dead letter': [
    ({ unrest }) => {
      unrest.deadLetters = 1;
    },
    [/^unexpected: 1 dead letters/],
  ],
  'a workflow that still runs': [
    ({ unrest }) => unrest.workflows.push('sync-invoice/1'),
    [/^unexpected: the workflow/],
  ],
  'a process that ended by itself': [
    (evidence) => {
      evidence.ownEnds = ['worker-1 ended by itself (1)'];
    },
    [/^unexpected: worker-1 ended by itself/],
  ],
};

describe('The verification of a chaos run', () => {
  it('finds nothing where all is as it was sent', () => {
    assert.deepEqual(verify(flawless()), []);
  });

  it('calls nothing lost that was never acknowledged', () => {
    const evidence = flawless();
    const [id] = [...evidence.sent.events.keys()] as [string];
    evidence.sent.events.get(id)!.acknowledged = false;
    evidence.books.events.shift();
    evidence.books.eventKeys.shift();
    assert.deepEqual(
      verify(evidence).map(({ kind }) => kind),
      ['unexpected'],
    );
  });

  for (const [what, [plant, wanted]] of Object.entries(planted)) {
    it(`finds ${what}`, () => {
      const evidence = flawless();
      plant(evidence);
      const found = verify(evidence).map(({ kind, what }) => `${kind}: ${what}`);
      assert.equal(found.length, wanted.length, found.join('\n'));
      wanted.forEach((sentence, index) => {
        assert.match(found[index]!, sentence);
      });
    });
  }
});

describe('The expected amounts of a chaos run', () => {
  it('are 900 cents, and 7.5 cents a unit with half cents rounded up', () => {
    const customer = (units: number[]) => ({
      events: units.map((count) => ({ ...wave.customers[0]!.events[0]!, properties: { units: count } })),
    });
    const amounts = (units: number[]) => expectedLines(customer(units)).map(({ amountMinor }) => amountMinor);
    assert.deepEqual(amounts([]), [900n, 0n]);
    assert.deepEqual(amounts([1]), [900n, 8n]);
    assert.deepEqual(amounts([1, 1]), [900n, 15n]);
    assert.deepEqual(amounts([40, 0, 3]), [900n, 323n]);
  });
});
