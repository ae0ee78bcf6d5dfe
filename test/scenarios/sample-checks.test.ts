import assert from 'node:assert/strict';
import { readConfig } from '../../src/config.ts';
import { checkInvoice } from '../../src/domain/invoice/checks.ts';
import { linesPerInvoice } from '../../src/domain/invoice/limits.ts';
import { useTestDatabase } from '../support/database.ts';
import { computeAgain } from './support/second-computation.ts';

const months = Array.from({ length: 10 }, (_, index) => `2013-${String(index + 1).padStart(2, '0')}`);

/** The checks as they are unless an operator sets them, on ten months of a real business with its seasons. */
describe('The checks with their default limits', function () {
  this.timeout(240_000);
  const books = useTestDatabase();
  const { checks } = readConfig({
    DATABASE_URL: 'postgresql://durabill@127.0.0.1:1/durabill',
    AMQP_URL: 'amqp://127.0.0.1:1',
    TEMPORAL_ADDRESS: '127.0.0.1:1',
    STRIPE_SECRET_KEY: 'sk_test_durabillNobody00000',
  });
  const limits = { ...checks, maxLines: linesPerInvoice };

  it('hold none of the 160 invoices of the airlines, and would hold some above the average itself', async () => {
    const totals = new Map<string, bigint[]>();
    for (const { customer, month, amountMinor } of await computeAgain(books.url, months)) {
      const ofCustomer = totals.get(customer) ?? months.map(() => 0n);
      ofCustomer[months.indexOf(month)]! += amountMinor;
      totals.set(customer, ofCustomer);
    }
    const heldAt = (jumpFactor: number) =>
      [...totals].flatMap(([customer, ofMonths]) =>
        ofMonths.flatMap((subtotalMinor, index) => {
          const recentSubtotalsMinor = ofMonths
            .slice(0, index)
            .filter((one) => one > 0n)
            .reverse();
          const invoice = {
            subtotalMinor,
            recentSubtotalsMinor,
            lineCount: 9,
            amountsMinor: [subtotalMinor],
            unpriced: [],
            untold: { metered: 0, unmetered: 0 },
          };
          const inDollars = { currency: 'USD', customerCurrency: 'USD', planCurrencies: ['USD'] };
          const { holds } = checkInvoice({ ...invoice, ...inDollars }, { ...limits, jumpFactor });
          return holds.map(({ reason }) => `${customer} ${months[index]}: ${reason}`);
        }),
      );
    assert.equal([...totals.values()].flat().length, 160);
    assert.deepEqual(heldAt(limits.jumpFactor), []);
    assert.notDeepEqual(heldAt(1), [], 'the check is at work');
  });
});
