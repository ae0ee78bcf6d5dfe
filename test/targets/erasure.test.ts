import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { bringErasures } from '../../src/billing/bring-erasures.ts';
import { createCustomer } from '../../src/billing/create-customer.ts';
import { createSubscription } from '../../src/billing/create-subscription.ts';
import { eraseCustomer } from '../../src/billing/erase-customer.ts';
import { exportPersonalData } from '../../src/billing/export-personal-data.ts';
import { previewUsageCorrection } from '../../src/billing/preview-usage-correction.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { storeBillingProfile } from '../../src/billing/store-billing-profile.ts';
import { storeCorrection } from '../../src/billing/store-correction.ts';
import { setCustomerTax, setTaxIds } from '../../src/billing/tax/set-customer-tax.ts';
import { isDurabillError } from '../../src/errors/error.ts';
import { readAttention } from '../../src/store/attention.ts';
import { verifyChain } from '../../src/store/audit-verify.ts';
import { tamper } from '../support/tamper.ts';
import { cards, useCollecting } from './collecting.ts';

/** Every invoice here has two lines, 1.00 and 1.01 USD: 2.01 in all. Its customer's clock stands at 1 January 2013. */
describe('a customer that is erased', () => {
  const { target, syncCustomerOf, openPage, issueCharged } = useCollecting();
  const order = { reason: 'asked for by the customer', requestId: 'erasure-1' };
  const erase = (reference: string) => eraseCustomer(target.database, reference, order, 'ada');
  // The card's digits in quotes: a hash or an id may have them in a row by chance.
  const words = [
    'Ada',
    'ada@',
    'Ada Fox',
    'Fox & Sons',
    'Queens Plaza',
    '12-3456789',
    '"4242"',
    'heron.example',
    'PO-1',
  ];

  /** Ada Fox, whose e-mail is her external id: profile, tax id, a corrected contact, a card, and one invoice that is paid. */
  async function adaWhoHasPaid(externalId: string) {
    const { id: invoiceId, customerId } = await issueCharged(cards.visa, { externalId });
    const profile = {
      legalName: 'Ada Fox & Sons',
      address: { lines: ['27-01 Queens Plaza N'], city: 'Long Island City', country: 'US' },
      purchaseOrder: 'PO-1',
      contacts: [{ name: 'Ada Fox', email: 'ada@fox.example' }],
    };
    await storeBillingProfile(target.database, externalId, profile, 'test');
    const taxIds = [{ type: 'us_ein', value: '12-3456789' }];
    await setCustomerTax(target.database, externalId, { status: 'taxable', taxIds }, 'test');
    await storeCorrection(
      target.database,
      { customer: externalId, contact: { name: 'Ada Fox' }, reason: 'a typing error' },
      'test',
    );
    await syncCustomerOf(customerId);
    await target.bring(invoiceId);
    // As the issue of a run writes them; the issue of this test does not.
    const buyer = { name: 'Ada Fox', legalName: null, email: null, address: null, taxIds: [], contacts: [] };
    const row = [invoiceId, JSON.stringify(buyer)];
    await tamper(
      target.database,
      `INSERT INTO invoice_parties (invoice_id, buyer, language, payment_terms_days) VALUES ($1, $2, 'en', 14)`,
      row,
    );
    return { invoiceId, customerId };
  }

  /** Every row, of whichever table, that says one of the words about this customer. */
  async function rowsThatSay(customerId: string): Promise<string[]> {
    const { rows: tables } = await target.database.query<{ name: string; column: string }>(
      `SELECT c.table_name AS name, c.column_name AS column FROM information_schema.columns c
       JOIN information_schema.tables t USING (table_schema, table_name)
       WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.column_name IN ('customer_id', 'subject_id')`,
    );
    const found: string[] = [];
    for (const { name, column } of [...tables, { name: 'customers', column: 'id' }]) {
      const { rows } = await target.database.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM "${name}" t WHERE "${column}"::text = $1`,
        [customerId],
      );
      if (rows.some(({ row }) => words.some((word) => row.includes(word)))) found.push(name);
    }
    return found.sort();
  }

  it('is nowhere any more but on its issued invoice, here and at Stripe', async () => {
    const { invoiceId, customerId } = await adaWhoHasPaid('ada@fox.example');
    const before = await exportPersonalData(target.database, 'ada@fox.example', 'test');
    assert.equal(before.billing.legalName, 'Ada Fox & Sons');
    assert.deepEqual(before.taxIds, [{ type: 'us_ein', value: '12-3456789' }]);
    assert.deepEqual([before.paymentMethods[0]?.last4, before.erasure], ['4242', null]);
    assert.deepEqual(before.contactCorrections[0]?.changes, { name: 'Ada Fox' });
    assert.equal(before.invoices[0]?.buyer?.name, 'Ada Fox');
    assert.notDeepEqual(await rowsThatSay(customerId), []);

    const change = { action: 'deprecate', id: 'one', source: 'api', customer: 'ada@fox.example', customerId };
    const other = { ...change, id: 'two', customer: 'B6', customerId: invoiceId };
    const correctionId = randomUUID();
    await target.database.query(
      `INSERT INTO usage_corrections (id, kind, content, reason, actor, outcome, outcome_hash)
       VALUES ($1, 'events', $2, 'a test', 'test', '{}', sha256(''))`,
      [correctionId, JSON.stringify({ changes: [other, change], treatments: [] })],
    );
    await target.database.query(
      `INSERT INTO sync_attempts (invoice_id, attempt, started_at, ended_at, outcome, code, reason)
       VALUES ($1, 99, now(), now(), 'failed', 'email_invalid', 'The address is refused. Stripe says: ada@fox is none.')`,
      [invoiceId],
    );

    const { erasure, kept } = await erase('ada@fox.example');
    const { rows: attempts } = await target.database.query(
      'SELECT reason FROM sync_attempts WHERE invoice_id = $1 AND attempt = 99',
      [invoiceId],
    );
    assert.deepEqual(attempts, [{ reason: 'The address is refused.' }]);
    const { rows: corrections } = await target.database.query<{ content: unknown }>(
      'SELECT content FROM usage_corrections WHERE id = $1',
      [correctionId],
    );
    const renamed = { ...change, customer: `erased-${customerId}` };
    assert.deepEqual(corrections[0]!.content, { changes: [other, renamed], treatments: [] });
    await assert.rejects(
      target.database.query(`UPDATE usage_corrections SET content = '{}' WHERE id = $1`, [correctionId]),
      { code: 'DB001' },
    );
    assert.deepEqual([erasure.counts.usageCorrections, erasure.counts.failureSentences], [1, 1]);
    assert.deepEqual(
      [erasure.counts.contact, erasure.counts.billingContacts, erasure.counts.taxIds, erasure.counts.paymentMethods],
      [1, 1, 1, 1],
    );
    // Issued in January 2013 (by its clock), kept for the ten years after 2013: until 1 January 2024.
    assert.deepEqual(
      kept.invoices.map(({ invoiceId: id, keptUntil }) => [id, keptUntil]),
      [[invoiceId, '2024-01-01']],
    );
    assert.deepEqual(await rowsThatSay(customerId), []);
    assert.equal(erasure.copiesErasedAt, null);

    const asked: string[] = [];
    const ensureCustomer = async (id: string) => {
      asked.push(id);
      await syncCustomerOf(id);
    };
    assert.deepEqual(await bringErasures({ database: target.database, ensureCustomer }), []);
    assert.deepEqual(asked, [customerId]);
    assert.deepEqual(await rowsThatSay(customerId), [], 'what the sync stored names nobody');
    const after = await exportPersonalData(target.database, customerId, 'test');
    assert.ok(after.erasure?.copiesErasedAt);
    assert.deepEqual([after.customer.name, after.customer.email], ['Erased customer', null]);
    assert.equal(after.customer.externalId, `erased-${customerId}`);
    assert.equal(after.invoices[0]?.buyer?.name, 'Ada Fox', 'the law keeps what was issued');

    const { rows } = await target.database.query<{ remoteId: string }>(
      'SELECT remote_id AS "remoteId" FROM customer_mappings WHERE customer_id = $1',
      [customerId],
    );
    const remoteId = rows[0]!.remoteId;
    const remote = await target.stripe.customers.retrieve(remoteId);
    assert.ok(!remote.deleted);
    assert.deepEqual([remote.name, remote.email, remote.address], ['Erased customer', null, null]);
    assert.deepEqual(remote.metadata, {
      durabill_customer: customerId,
      durabill_external_id: `erased-${customerId}`,
    });
    assert.deepEqual((await target.stripe.paymentMethods.list({ customer: remoteId })).data, []);
    assert.deepEqual(await bringErasures({ database: target.database, ensureCustomer }), []);
    assert.equal(asked.length, 1, 'there is nothing left to bring');

    const chain = await verifyChain(target.database, { kind: 'customer', id: customerId });
    assert.equal(chain.fault, null);
  });

  it('stays erased while Stripe is away, and is brought there afterwards', async () => {
    const { customerId } = await adaWhoHasPaid('ada@away.example');
    await erase(customerId);
    await target.fail({ kind: 'reset-before-commit', operation: 'customers.update' });
    const ensureCustomer = (id: string) => syncCustomerOf(id);
    const [failure] = await bringErasures({ database: target.database, ensureCustomer });
    assert.equal(failure?.customerId, customerId);
    assert.equal((await readAttention(target.database)).unerasedCopies, 0, 'a short while is no reason to worry');
    const anHourAgo = `UPDATE customer_erasures SET erased_at = erased_at - interval '61 minutes' WHERE customer_id = $1`;
    await tamper(target.database, anHourAgo, [customerId]);
    assert.equal((await readAttention(target.database)).unerasedCopies, 1);
    await target.heal();
    assert.deepEqual(await bringErasures({ database: target.database, ensureCustomer }), []);
    const { erasure } = await exportPersonalData(target.database, customerId, 'test');
    assert.ok(erasure?.copiesErasedAt);
    assert.equal((await readAttention(target.database)).unerasedCopies, 0);
  });

  it('is told the same again, and takes nothing new', async () => {
    const { customerId } = await adaWhoHasPaid('ada@again.example');
    const first = await erase('ada@again.example');
    const again = await eraseCustomer(target.database, customerId, { ...order, requestId: 'erasure-2' }, 'bob');
    assert.deepEqual(again, first);

    const input = { name: 'Ada', currency: 'USD', zone: 'UTC', clock: 'sample' };
    await assert.rejects(
      createCustomer(target.database, { externalId: 'ada@again.example', ...input }, 'test'),
      (error) => isDurabillError(error, 'customer-erased'),
    );
    const event = { id: 'one', type: 'departure', occurredAt: '2012-12-05T10:00:00Z', properties: { who: 'Ada' } };
    const [outcome] = await recordUsage(target.database, [{ ...event, customer: customerId }]);
    assert.ok(outcome?.status === 'rejected');
    assert.equal(outcome.error.code, 'customer-erased');
    const backfill = { ...event, action: 'backfill', customer: customerId } as const;
    await assert.rejects(
      previewUsageCorrection(target.database, { changes: [backfill], reason: 'a test' }, 'test'),
      (error) => isDurabillError(error, 'customer-erased'),
    );
    const writes: [name: string, write: () => Promise<unknown>][] = [
      ['a profile', () => storeBillingProfile(target.database, customerId, { legalName: 'Ada' }, 'test')],
      ['a tax id', () => setTaxIds(target.database, customerId, [{ type: 'us_ein', value: '12-3456789' }], 'test')],
      ['a page', () => openPage(customerId)],
      [
        'a contact',
        () => target.database.query(`UPDATE customer_contacts SET name = 'Ada' WHERE customer_id = $1`, [customerId]),
      ],
      [
        'a wallet',
        () =>
          target.database.query(
            `INSERT INTO wallets (id, customer_id, currency, name) VALUES (gen_random_uuid(), $1, 'USD', 'x')`,
            [customerId],
          ),
      ],
    ];
    for (const [name, write] of writes) await assert.rejects(write, { code: 'DB038' }, name);
    await assert.rejects(
      target.database.query('DELETE FROM customer_erasures WHERE customer_id = $1', [customerId]),
      /stays/,
    );
  });

  it('is refused while its invoice is neither paid nor at Stripe, with what is to be done', async () => {
    const { id, customerId } = await target.issue({ amountsMinor: [100n] });
    const isRefused = (words: RegExp) => (error: unknown) =>
      isDurabillError(error, 'erasure-refused') && words.test(`${error.message} ${error.mend}`);
    await assert.rejects(
      erase(customerId),
      isRefused(/1 invoice is not paid; 1 invoice is not at Stripe.*uncollectible/),
    );
    await target.bring(id);
    await assert.rejects(erase(customerId), isRefused(/: 1 invoice is not paid\. /));
    await assert.rejects(erase('nobody'), (error) => isDurabillError(error, 'not-found'));
    const { erasure } = await exportPersonalData(target.database, customerId, 'test');
    assert.equal(erasure, null);
  });

  it('is erased by one of two at once, or subscribed before: never both', async () => {
    const { customerId } = await adaWhoHasPaid('ada@race.example');
    const subscribing = { customer: customerId, plan: 'airports', startsAt: '2013-01-01T05:00:00Z' };
    const outcomes = await Promise.allSettled([
      erase(customerId),
      createSubscription(target.database, subscribing, 'test'),
      erase(customerId),
    ]);
    const { rows } = await target.database.query<{ subscribed: bigint; erased: bigint }>(
      `SELECT (SELECT count(*) FROM subscriptions WHERE customer_id = $1) AS subscribed,
         (SELECT count(*) FROM customer_erasures WHERE customer_id = $1) AS erased`,
      [customerId],
    );
    assert.equal(rows[0]!.subscribed + rows[0]!.erased, 1n, JSON.stringify(outcomes.map(({ status }) => status)));
  });
});
