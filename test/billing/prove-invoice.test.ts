import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type InvoiceProof, type LineProof, proveInvoice } from '../../src/billing/prove-invoice.ts';
import { equal, rational, roundedUnits } from '../domain/support/rational.ts';
import { tamper } from '../support/tamper.ts';
import { useTarget } from '../targets/support.ts';
import {
  type Business,
  flat,
  invoicesOf,
  meters as meterWords,
  openBusiness,
  perDeparture,
  perMile,
} from './business.ts';
import { chargeFor, countUsage, type SentEvent } from './oracle.ts';

describe('The proof of an invoice', () => {
  const target = useTarget();
  let business: Business;
  let invoiceId = '';

  /**
   * JetBlue's January by hand: a base fee of 100.00; four departures at 1.50 are 6.00; 100 + 250.5 + 49.5 miles are 400, of
   * which one departure says nothing, and 400 at 0.25 are 100.00. Together 206.00 dollars. February's departure is not
   * on it.
   */
  beforeEach(async () => {
    business = await openBusiness(target.database);
    const plan = await business.plan('use', [flat('100'), perDeparture('1.5'), perMile('0.25')]);
    const customerId = await business.customer('B6', { plan });
    await business.use('B6', [
      { id: 'one', at: '2013-01-01T00:00:00Z', properties: { miles: 100 } },
      { id: 'two', at: '2013-01-10T10:00:00Z', properties: { miles: '250.5' } },
      { id: 'three', at: '2013-01-20T10:00:00Z', properties: { tail: 'N1' } },
      { id: 'four', at: '2013-01-31T23:59:59.999Z', properties: { miles: 49.5 } },
      { id: 'five', at: '2013-02-01T00:00:00Z', properties: { miles: 7 } },
    ]);
    await business.invoice('2013-02-01T13:00:00Z');
    await business.scan('2013-02-02T15:00:00Z');
    invoiceId = (await invoicesOf(target.database, customerId))[0]!.id;
  });

  const prove = async () => (await proveInvoice(target.database, invoiceId)) as InvoiceProof;
  const lineOf = (proof: InvoiceProof, priceKey: string) => proof.lines.find((line) => line.priceKey === priceKey)!;
  const sidesOf = ({ comparisons }: Pick<LineProof, 'comparisons'>) =>
    Object.fromEntries(comparisons.map(({ what, billed, found, holds }) => [what, [billed, found, holds]]));
  /** Where a proof does not hold. */
  const faultsOf = (proof: InvoiceProof) =>
    [{ priceKey: 'invoice', comparisons: proof.comparisons }, ...proof.lines].flatMap(({ priceKey, comparisons }) =>
      comparisons.flatMap(({ what, holds }) => (holds === false ? [`${priceKey}: ${what}`] : [])),
    );

  it('holds from the raw events to the total at Stripe', async () => {
    await target.bring(invoiceId);
    const proof = await prove();
    assert.deepEqual(faultsOf(proof), []);
    assert.deepEqual([proof.holds, proof.failure], [true, null]);

    const miles = lineOf(proof, 'miles');
    assert.deepEqual(sidesOf(miles), {
      events: ['4', '4', true],
      skipped: ['1', '1', true],
      keys: ['0', '0', true],
      contents: ['0', '0', true],
      quantity: ['400', '400', true],
      amount: ['10000', '10000', true],
    });
    assert.deepEqual(sidesOf(lineOf(proof, 'landing'))['amount'], ['600', '600', true]);
    assert.deepEqual(sidesOf(lineOf(proof, 'base')), { quantity: ['1', '1', true], amount: ['10000', '10000', true] });
    assert.equal(lineOf(proof, 'base').evidence, null);

    const whole = sidesOf(proof);
    assert.deepEqual(whole['lines'], ['3', '3', true]);
    for (const what of ['sum', 'stripe']) assert.deepEqual(whole[what], ['20600', '20600', true]);
    assert.deepEqual(whole['stripe-answer'], ['20600 usd', '20600 usd', true]);
    const told = proof.comparisons.find(({ what }) => what === 'stripe-answer')?.sentence ?? '';
    assert.match(told, /^Its total is USD 206\.00; Stripe's last answer, of .+, had USD 206\.00\.$/);
    assert.deepEqual(whole['stripe-status'], ['open', 'open', true]);
    assert.deepEqual(whole['history'], ['holds', 'holds', true]);
    assert.match(String(proof.facts.atStripe?.requestId), /^req_/);
    assert.equal(proof.facts.atStripe?.status, 'open');
    // generated, issued, three requests with their answers, synced.
    assert.equal(proof.history.links, 9);
  });

  it('names the events by a digest that anyone can compute', async () => {
    const { rows } = await target.database.query<{ source: string; id: string; at: Date; hash: string }>(
      `SELECT source, event_id AS id, occurred_at AS at, encode(content_hash, 'hex') AS hash FROM event_keys
       WHERE event_id IN ('one', 'two', 'three', 'four') AND source = $1 ORDER BY occurred_at`,
      [`gate-${business.numberPrefix.slice(1)}`],
    );
    assert.equal(rows.length, 4);
    const digest = rows.reduce(
      (before, { source, id, hash }) =>
        createHash('sha256').update(before).update(`["${source}", "${id}", "${hash}"]`).digest(),
      Buffer.alloc(0),
    );
    const { evidence } = lineOf(await prove(), 'landing');
    assert.equal(evidence?.digest, digest.toString('hex'));
    assert.deepEqual([evidence?.firstAt, evidence?.lastAt], [rows[0]!.at, rows[3]!.at]);
  });

  it('has nothing to hold the total against before the invoice is at Stripe', async () => {
    const proof = await prove();
    assert.equal(proof.holds, true);
    assert.deepEqual(sidesOf(proof)['stripe'], ['20600', null, null]);
  });

  it('counts what came later apart: it is no fault of the invoice', async () => {
    await business.use('B6', [{ at: '2013-01-15T10:00:00Z', properties: { miles: 1_000 } }]);
    const proof = await prove();
    assert.deepEqual(faultsOf(proof), []);
    const { evidence, comparisons } = lineOf(proof, 'miles');
    assert.deepEqual([evidence?.events, evidence?.late], [4n, 1n]);
    assert.match(comparisons[0]!.sentence, /^4 events were counted, and the same number is there\. 1 more came after/);
  });

  it('holds for a draft, and for one that late usage has rebuilt', async () => {
    const plan = await business.plan('late', [perMile('0.25')]);
    const customerId = await business.customer('UA', { plan });
    await business.invoice('2013-03-01T13:00:00Z');
    await business.use('UA', [{ at: '2013-02-10T10:00:00Z', properties: { miles: 4 } }]);
    const [, february] = await invoicesOf(target.database, customerId);
    const proofOf = async () => (await proveInvoice(target.database, february!.id)) as InvoiceProof;
    assert.deepEqual([(await proofOf()).holds, lineOf(await proofOf(), 'miles').evidence?.late], [true, 1n]);
    await business.scan('2013-03-02T15:00:00Z');
    const rebuilt = await proofOf();
    assert.deepEqual([rebuilt.holds, rebuilt.facts.totalMinor], [true, 100n]);
    assert.deepEqual([lineOf(rebuilt, 'miles').evidence?.events, lineOf(rebuilt, 'miles').evidence?.late], [1n, 0n]);
  });

  const tamperings: [what: string, statement: string, faults: string[]][] = [
    [
      'a quantity on a line',
      `UPDATE invoice_lines SET quantity = 500 WHERE invoice_id = $1 AND price_key = 'miles'`,
      ['miles: quantity'],
    ],
    [
      'an amount on a line',
      `UPDATE invoice_lines SET amount_minor = 9999 WHERE invoice_id = $1 AND price_key = 'miles'`,
      ['invoice: sum', 'invoice: total', 'miles: amount'],
    ],
    [
      'the total',
      'UPDATE invoices SET subtotal_minor = 20700, total_minor = 20700 WHERE id = $1',
      ['invoice: sum', 'invoice: total', 'invoice: stripe', 'invoice: stripe-answer'],
    ],
    [
      'the total recorded of the copy',
      'UPDATE invoice_mappings SET remote_total_minor = 1 WHERE invoice_id = $1',
      ['invoice: stripe'],
    ],
    [
      'a line that is taken away',
      `DELETE FROM invoice_lines WHERE invoice_id = $1 AND price_key = 'landing'`,
      ['invoice: lines', 'invoice: sum', 'invoice: total', 'landing: amount'],
    ],
    [
      'a line of a price that the plan does not have',
      `UPDATE invoice_lines SET price_id = gen_random_uuid() WHERE invoice_id = $1 AND price_key = 'base'`,
      ['base: amount', 'base: amount'],
    ],
    [
      'the history',
      `UPDATE audit_log SET actor = 'nobody' WHERE subject_id = $1 AND sequence = 2`,
      ['invoice: history'],
    ],
    [
      'an event that was taken away',
      `DELETE FROM usage_events WHERE event_id = 'two' AND customer_id = (SELECT customer_id FROM invoices WHERE id = $1)`,
      ['landing: events', 'landing: quantity', 'landing: amount', 'miles: events', 'miles: quantity', 'miles: amount'],
    ],
    [
      'an event that says something else',
      `UPDATE usage_events SET properties = '{}' WHERE event_id = 'two'
         AND customer_id = (SELECT customer_id FROM invoices WHERE id = $1)`,
      ['landing: contents', 'miles: skipped', 'miles: contents', 'miles: quantity', 'miles: amount'],
    ],
    ['the copy that is recorded', 'DELETE FROM invoice_mappings WHERE invoice_id = $1', ['invoice: stripe']],
    [
      'the whole history',
      `DELETE FROM audit_log WHERE subject_kind = 'invoice' AND subject_id = $1`,
      ['invoice: history'],
    ],
    [
      'the end of the history',
      `DELETE FROM audit_log WHERE subject_kind = 'invoice' AND subject_id = $1 AND sequence > 2`,
      ['invoice: history'],
    ],
    [
      'the state recorded of the copy',
      `UPDATE invoice_mappings SET remote_status = 'void' WHERE invoice_id = $1`,
      ['invoice: stripe-status'],
    ],
    [
      'whether it was paid',
      `UPDATE invoice_states SET payment = 'paid' WHERE invoice_id = $1`,
      ['invoice: stripe-status'],
    ],
    [
      'a property that nothing on the invoice reads',
      `UPDATE usage_events SET properties = properties || '{"tail": "N2"}' WHERE event_id = 'three'
         AND customer_id = (SELECT customer_id FROM invoices WHERE id = $1)`,
      ['landing: contents', 'miles: contents'],
    ],
    [
      'an event that was slipped in',
      `INSERT INTO usage_events (customer_id, event_type, occurred_at, source, event_id, properties, received_at)
       SELECT customer_id, 'departure', '2013-01-05Z', 'forger', 'six', '{}', '2013-01-05Z' FROM invoices WHERE id = $1`,
      [
        'landing: events',
        'landing: keys',
        'landing: quantity',
        'landing: amount',
        'miles: events',
        'miles: skipped',
        'miles: keys',
      ],
    ],
  ];
  for (const [what, statement, faults] of tamperings) {
    it(`does not hold, and says where, after somebody has tampered with ${what}`, async () => {
      await target.bring(invoiceId);
      await tamper(target.database, statement, [invoiceId]);
      const proof = await prove();
      assert.deepEqual([proof.holds, faultsOf(proof)], [false, faults]);
    });
  }

  // JetBlue's January once more, changed before it is billed: 100 miles become 1, so that 301 are billed at 0.25.
  it('does not hold for events that were changed before the bill, which is right about what they say now', async () => {
    const plan = await business.plan('early', [perMile('0.25')]);
    const customerId = await business.customer('UA', { plan });
    const days = Array.from({ length: 4 }, (_, day) => ({
      at: `2013-02-0${day + 1}T10:00:00Z`,
      properties: { miles: 100, to: 'LGA' },
    }));
    await business.use('UA', days);
    await tamper(
      target.database,
      `UPDATE usage_events SET properties = '{"miles": 1, "to": "LGA"}' WHERE customer_id = $1 AND occurred_at < '2013-02-02'`,
      [customerId],
    );
    await business.invoice('2013-03-01T13:00:00Z');
    const february = (await invoicesOf(target.database, customerId)).find(({ totalMinor }) => totalMinor > 0n)!;
    // 301 miles at 0.25 dollars: 75.25.
    assert.equal(february.totalMinor, 7_525n);
    const proof = (await proveInvoice(target.database, february.id)) as InvoiceProof;
    assert.deepEqual([proof.holds, faultsOf(proof)], [false, ['miles: contents']]);
    const { sentence } = lineOf(proof, 'miles').comparisons.find(({ what }) => what === 'contents')!;
    assert.equal(
      sentence,
      '4 events of "departure" were hashed again, and 1 of them do not say what they said when they were taken in.',
    );
  });

  it('does not hold once a reconciliation has seen the copy void, and waits while the sync is at work', async () => {
    await target.bring(invoiceId);
    await target.database.query(
      `INSERT INTO remote_invoices (account_id, remote_id, invoice_id, currency, total_minor, subtotal_minor,
         amount_paid_minor, amount_remaining_minor, status, line_count, auto_advance, created_at, livemode, seen_at, run_id)
       SELECT account_id, remote_id, invoice_id, 'USD', 20600, 20600, 0, 0, 'void', 3, false, now(), false,
         clock_timestamp() + interval '1 s', gen_random_uuid() FROM invoice_mappings WHERE invoice_id = $1`,
      [invoiceId],
    );
    const void1 = await prove();
    assert.deepEqual([void1.holds, faultsOf(void1)], [false, ['invoice: stripe-status']]);
    await target.database.query(`UPDATE invoice_states SET sync = 'pending' WHERE invoice_id = $1`, [invoiceId]);
    const underWay = await prove();
    assert.deepEqual([underWay.holds, sidesOf(underWay)['stripe-status']], [true, ['open', 'void', null]]);
  });

  it('says so when the raw events are gone', async () => {
    await tamper(
      target.database,
      'DELETE FROM usage_events WHERE customer_id = (SELECT customer_id FROM invoices WHERE id = $1)',
      [invoiceId],
    );
    const proof = await prove();
    assert.equal(proof.holds, false);
    const { evidence, comparisons } = lineOf(proof, 'landing');
    assert.match(comparisons[0]!.sentence, /the raw events are gone/);
    assert.deepEqual([evidence?.firstAt, evidence?.digest], [null, '']);
  });

  it('is over nothing that could be computed again where an invoice is not made from use', async () => {
    const other = await target.issue({ amountsMinor: [100n, 200n] });
    await target.bring(other.id);
    const proof = (await proveInvoice(target.database, other.id)) as InvoiceProof;
    assert.deepEqual([proof.holds, sidesOf(proof)['stripe']], [true, ['300', '300', true]]);
    for (const line of proof.lines) assert.deepEqual(sidesOf(line)['amount']?.[2], null);
  });

  it('is as a second computation in exact fractions has it, over every aggregation and model', async () => {
    const tiers = [
      { upTo: '20', unitAmount: '0.5' },
      { upTo: null, unitAmount: '0.125', flatAmount: '3' },
    ];
    const prices = [
      { key: 'count', name: 'n', model: 'graduated', meter: 'departures', included: '5', tiers },
      { key: 'sum', name: 'n', model: 'volume', meter: 'miles', filter: { origin: ['JFK', 'LGA'] }, tiers },
      { key: 'max', name: 'n', model: 'per_unit', meter: 'heaviest', unitAmount: '0.015' },
      { key: 'unique', name: 'n', model: 'package', meter: 'aircraft', packageSize: '3', packageAmount: '2.2' },
      { key: 'latest', name: 'n', model: 'per_unit', meter: 'seats', unitAmount: '0.1' },
      { key: 'jfk', name: 'n', model: 'per_unit', meter: 'jfk-miles', unitAmount: '0.333' },
    ];
    const customerId = await business.customer('DL', { plan: await business.plan('all', prices) });
    // Every tenth departure says nothing at all, every seventh no miles.
    const departures = Array.from({ length: 60 }, (_, index) => ({
      id: `dl-${String(index).padStart(3, '0')}`,
      at: new Date(Date.UTC(2013, 0, 1 + (index % 31), index % 24, index)).toISOString(),
      properties:
        index % 10 === 9
          ? {}
          : {
              origin: ['JFK', 'LGA', 'EWR'][index % 3],
              ...(index % 7 !== 6 && { miles: `${index}.25` }),
              tons: index * 1.5,
              tail: `N${index % 17}`,
              seats: 100 + index,
            },
    }));
    await business.use('DL', departures);
    await business.invoice('2013-02-01T14:00:00Z');
    const [invoice] = await invoicesOf(target.database, customerId);
    const proof = (await proveInvoice(target.database, invoice!.id)) as InvoiceProof;
    assert.deepEqual(faultsOf(proof), []);

    const sent: SentEvent[] = departures.map(({ id, at, properties }) => {
      return { customerId, type: 'departure', at: Date.parse(at), source: 'gate', id, properties };
    });
    const meters = Object.fromEntries(meterWords.map((meter) => [meter.key, meter]));
    const window = { customerId, start: Date.UTC(2013, 0, 1), end: Date.UTC(2013, 1, 1) };
    for (const price of prices) {
      const counted = countUsage([...sent], meters[price.meter]!, price.filter ?? {}, window);
      const found = sidesOf(lineOf(proof, price.key));
      assert.equal(found['events']![1], String(counted.eventCount), `${price.key}: events`);
      assert.equal(found['skipped']![1], String(counted.skippedCount), `${price.key}: skipped`);
      assert.ok(equal(rational(String(found['quantity']![1])), counted.quantity), `${price.key}: quantity`);
      const cents = roundedUnits(chargeFor(price, counted.quantity), 2);
      assert.equal(found['amount']![1], String(cents), `${price.key}: amount`);
    }
  });
});
