import assert from 'node:assert/strict';
import { addPendingItem } from '../../../src/billing/pending-item-orders.ts';
import { chooseTaxSettings } from '../../../src/billing/tax/choose-tax-settings.ts';
import { quoteTaxes } from '../../../src/billing/tax/quote-taxes.ts';
import { setCustomerTax } from '../../../src/billing/tax/set-customer-tax.ts';
import { type TaxEngine, TaxEngineError, type TaxQuestion } from '../../../src/targets/tax-engine/port.ts';
import { readTaxAnswer } from '../../../src/targets/tax-engine/read-answer.ts';
import { flat, invoicesOf, openBusiness, perDeparture } from '../../billing/business.ts';
import { refusedWith } from '../../store/refusals.ts';
import { useTestDatabase } from '../../support/database.ts';

/**
 * 1 Feb 13:00 UTC: the drafts of January. 2 Feb 15:00 UTC: the engine is asked, and they are issued; 3 and 4 Feb:
 * whatever had to wait.
 */
describe('Bills whose taxes an outside engine says', () => {
  const books = useTestDatabase();
  const asked: TaxQuestion[][] = [];
  let fault: string | undefined;
  let onQuestion: (() => Promise<void>) | undefined;

  /** 20 % on everything but the base fee, which has 5 %. */
  const engine: TaxEngine = {
    async quote(questions) {
      asked.push([...questions]);
      await onQuestion?.();
      if (fault !== undefined) throw new TaxEngineError(fault);
      return questions.map(({ invoiceId, items }) => {
        const rates = [
          { key: 'standard', name: 'VAT', percentage: '20', country: 'FR' },
          { key: 'low', name: 'VAT', percentage: '5' },
        ];
        const keys = Object.fromEntries(items.map(({ id, price }) => [id, [price === 'base' ? 'low' : 'standard']]));
        return readTaxAnswer({ invoiceId, rates, items: keys }, items, 'answer');
      });
    },
  };
  const quote = (ids: readonly string[], actor: string) => quoteTaxes(books.database, engine, ids, actor);

  async function open(name: string) {
    const business = await openBusiness(books.database);
    const plan = await business.plan('metered', [flat('100'), perDeparture('1')]);
    const id = await business.customer(name, { plan });
    await business.invoice('2013-02-01T13:00:00Z');
    return { business, id, scan: (at: string) => business.scan(at, { quoteTaxes: quote }) };
  }

  async function stateOf(customerId: string) {
    const [invoice] = await invoicesOf(books.database, customerId);
    const { rows } = await books.database.query<{ told: string }>(
      `SELECT concat_ws(' ', key, trim_scale(percentage), taxable_minor, amount_minor, reason) AS told FROM invoice_taxes
       WHERE invoice_id = $1 ORDER BY position`,
      [invoice!.id],
    );
    const { lifecycle, totalMinor, failureCode, failureReason } = invoice!;
    return { lifecycle, totalMinor, failureCode, failureReason, taxes: rows.map(({ told }) => told) };
  }

  const issuedWithTax = (totalMinor: bigint, taxes: string[]) => ({
    ...{ lifecycle: 'issued', totalMinor, failureCode: null, failureReason: null, taxes },
  });

  before(async () => {
    await chooseTaxSettings(books.database, { rounding: 'invoice', engine: 'outside', defaultRates: [] }, 'test');
  });
  beforeEach(() => {
    fault = undefined;
    onQuestion = undefined;
    asked.length = 0;
  });

  it('are issued with them, late usage and all, and are asked about once', async () => {
    const { business, id, scan } = await open('paris');
    assert.deepEqual(await stateOf(id), { ...issuedWithTax(10_000n, []), lifecycle: 'draft' });
    // Two departures come late, in the review day: no other question, and taxes on what they cost.
    await business.use('paris', [{ at: '2013-01-30T00:00:00Z' }, { at: '2013-01-31T00:00:00Z' }]);
    await scan('2013-02-02T15:00:00Z');
    // 5 % of 100.00 = 5.00; 20 % of 2.00 = 0.40: 107.40.
    assert.deepEqual(await stateOf(id), issuedWithTax(10_740n, ['low 5 10000 500', 'standard 20 200 40']));
    assert.equal(asked.length, 1);
    const { customer, dueAt, items } = asked[0]![0]!;
    assert.match(customer.externalId, /^paris/);
    assert.equal(dueAt, '2013-02-02T13:00:00.000Z');
    assert.deepEqual(
      items.map(({ price, description }) => [price, description]),
      [
        ['base', 'Base fee'],
        ['landing', 'Departures'],
      ],
    );
    const stored = `UPDATE tax_quotes SET answer = '{}'`;
    await refusedWith(['DB001'], books.database.query(stored), 'another answer');
    await refusedWith(['DB001'], books.database.query('DELETE FROM tax_quotes'), 'DELETE');
  });

  it('wait while it does not answer, and are issued by the next scan after it has', async () => {
    const { id, scan } = await open('lyon');
    fault = 'The tax engine answered with the status 503.';
    const held = await scan('2013-02-02T15:00:00Z');
    assert.deepEqual([held.issued, held.held], [0, 1]);
    const waiting = {
      ...{ lifecycle: 'held', totalMinor: 10_000n, failureCode: 'tax-unavailable', failureReason: fault, taxes: [] },
    };
    assert.deepEqual(await stateOf(id), waiting);
    await scan('2013-02-03T15:00:00Z');
    assert.deepEqual(await stateOf(id), waiting);
    fault = undefined;
    await scan('2013-02-04T15:00:00Z');
    assert.deepEqual(await stateOf(id), issuedWithTax(10_500n, ['low 5 10000 500', 'standard 20 0 0']));
    assert.equal(asked.length, 3);
    const { rows } = await books.database.query<{ action: string }>(
      `SELECT action FROM audit_log WHERE subject_kind = 'invoice' AND subject_id =
         (SELECT id FROM invoices WHERE customer_id = $1) ORDER BY sequence`,
      [id],
    );
    assert.deepEqual(
      rows.map(({ action }) => action),
      ['generated', 'held', 'released', 'issued'],
    );
  });

  it('are never issued by an answer to another question: the customer moved while the engine thought', async () => {
    const { id, scan } = await open('nice');
    onQuestion = async () => {
      onQuestion = undefined;
      const taxIds = [{ type: 'eu_vat', value: 'FR40303265045' }];
      await setCustomerTax(books.database, id, { status: 'taxable', taxIds }, 'test');
    };
    await scan('2013-02-02T15:00:00Z');
    const { lifecycle, failureCode, failureReason } = await stateOf(id);
    assert.deepEqual([lifecycle, failureCode], ['held', 'tax-unavailable']);
    assert.match(failureReason!, /not asked about the bill as it is now/);
    await scan('2013-02-03T15:00:00Z');
    assert.deepEqual(asked[1]![0]!.customer.taxIds, [{ type: 'eu_vat', value: 'FR40303265045' }]);
    assert.equal((await stateOf(id)).lifecycle, 'issued');
  });

  it('are not asked about where the books say that nothing is taxed', async () => {
    const { id, scan } = await open('embassy');
    await setCustomerTax(books.database, id, { status: 'exempt', reason: 'Vienna Convention' }, 'test');
    fault = 'nobody should ask';
    await scan('2013-02-02T15:00:00Z');
    assert.deepEqual(await stateOf(id), issuedWithTax(10_000n, ['exempt 0 10000 0 Vienna Convention']));
    assert.deepEqual(asked.flat(), []);
  });

  it('are asked about with what joins them, also on the last day', async () => {
    const { id, scan } = await open('extra');
    await addPendingItem(
      books.database,
      { customer: id, requestId: 'visit', description: 'Visit', amount: '10.00' },
      'test',
    );
    await scan('2013-02-02T15:00:00Z');
    // 5 % of 100.00 = 5.00; 20 % of 10.00 = 2.00: 117.00.
    assert.deepEqual(await stateOf(id), issuedWithTax(11_700n, ['low 5 10000 500', 'standard 20 1000 200']));
    assert.deepEqual(
      asked[0]![0]!.items.map(({ description, plan }) => [description, plan === null]),
      [
        ['Base fee', false],
        ['Departures', false],
        ['Visit', true],
      ],
    );
  });

  it('wait for a person where something else was found too, and where nobody can ask', async () => {
    const { business, id } = await open('nowhere');
    await business.scan('2013-02-02T15:00:00Z');
    assert.equal((await stateOf(id)).failureCode, 'tax-unavailable');
    await books.database.query(
      `INSERT INTO held_findings (invoice_id, parking_number, place, code, subject, figure, reason, evidence)
       SELECT invoice_id, parking_number, 2, 'jump', '', 1, 'Ten times as much', '{}' FROM invoice_states WHERE customer_id = $1`,
      [id],
    );
    const [invoice] = await invoicesOf(books.database, id);
    await quote([invoice!.id], 'test');
    assert.equal((await stateOf(id)).lifecycle, 'held');
  });
});
