import assert from 'node:assert/strict';
import { checkInvoice, type InvoiceToCheck } from '../../../src/domain/invoice/checks.ts';
import { type CheckLimits, parseBounds } from '../../../src/domain/invoice/limits.ts';

/** Nothing to be found: USD 100.00 for a customer of whom nothing is known. */
const calm: InvoiceToCheck = {
  currency: 'USD',
  subtotalMinor: 10_000n,
  lineCount: 3,
  amountsMinor: [10_000n],
  customerCurrency: 'USD',
  planCurrencies: ['USD'],
  recentSubtotalsMinor: [],
  unpriced: [],
  untold: { metered: 0, unmetered: 0 },
};
const limits: CheckLimits = {
  maxLines: 250,
  totalAboveMinor: new Map(),
  jumpFactor: 10,
  jumpAboveMinor: new Map(),
  holdsUnpriced: true,
};
const found = (change: Partial<InvoiceToCheck>, other: Partial<CheckLimits> = {}) =>
  checkInvoice({ ...calm, ...change }, { ...limits, ...other });

/** What a person sees of a finding: its figure is what a waiver is held against, its evidence what was compared. */
describe('a finding of the checks', () => {
  it('about the total is worse by the minor units of it', () => {
    assert.deepEqual(found({}, { totalAboveMinor: parseBounds('USD:99.99') }).holds, [
      {
        code: 'invoice-total-above-bound',
        subject: '',
        figure: 10_000n,
        reason: 'The subtotal of USD 100.00 is above the bound of USD 99.99.',
        evidence: { subtotalMinor: '10000', boundMinor: '9999' },
      },
    ]);
  });

  it('about a jump says which periods it was compared with', () => {
    // 2,000.00 is 20 times the average of 100.00 and 100.00.
    assert.deepEqual(found({ subtotalMinor: 200_000n, recentSubtotalsMinor: [9_000n, 11_000n] }).holds, [
      {
        code: 'invoice-total-jump',
        subject: '',
        figure: 200_000n,
        reason:
          'The subtotal of USD 2,000.00 is 20.0 times the average of USD 100.00 of the last 2 periods; more than 10 times is held.',
        evidence: { subtotalMinor: '200000', recentSubtotalsMinor: ['9000', '11000'], factor: 10 },
      },
    ]);
  });

  it('about currencies is worse by each other one', () => {
    const planCurrencies = ['GBP', 'USD', 'EUR', 'GBP'];
    assert.deepEqual(found({ customerCurrency: 'EUR', planCurrencies }).holds, [
      {
        code: 'plan-currency-mismatch',
        subject: '',
        figure: 2n,
        reason: 'The invoice is in USD, but its customer pays in EUR and its plans are priced in EUR and GBP and USD.',
        evidence: { currency: 'USD', customerCurrency: 'EUR', planCurrencies: ['EUR', 'GBP', 'USD'] },
      },
    ]);
  });

  it('about lines is worse by each of them', () => {
    assert.deepEqual(found({ lineCount: 251 }).holds, [
      {
        code: 'invoice-lines-too-many',
        subject: '',
        figure: 251n,
        reason: 'It has 251 lines; one has at most 250.',
        evidence: { lines: 251, maxLines: 250 },
      },
    ]);
  });

  it('about usage names its type, and counts the events', () => {
    const { holds, notes } = found({
      unpriced: [
        { eventType: 'gpu', events: 3n, isMetered: true },
        { eventType: 'typo', events: 1n, isMetered: false },
      ],
    });
    assert.deepEqual(holds, [
      {
        code: 'usage-price-missing',
        subject: 'gpu',
        figure: 3n,
        reason: 'The period has 3 events of "gpu", which a meter counts and no price bills.',
        evidence: { eventType: 'gpu', events: '3' },
      },
    ]);
    assert.deepEqual(notes, [
      {
        code: 'usage-meter-missing',
        subject: 'typo',
        figure: 1n,
        reason: 'The period has 1 event of "typo", a type that no meter knows.',
        evidence: { eventType: 'typo', events: '1' },
      },
    ]);
  });

  it('about types that are not told counts them', () => {
    const { holds, notes } = found({ untold: { metered: 2, unmetered: 1 } });
    assert.deepEqual(holds, [
      {
        code: 'usage-price-missing',
        subject: '',
        figure: 2n,
        reason: 'Usage of 2 types more has no price either; it is told when this is released.',
        evidence: { types: 2 },
      },
    ]);
    assert.deepEqual(notes, [
      {
        code: 'usage-meter-missing',
        subject: '',
        figure: 1n,
        reason: 'Usage of at least 1 type more is known to no meter either.',
        evidence: { types: 1 },
      },
    ]);
  });

  it('shows a type of 60 characters, and cuts a longer one in the sentence only', () => {
    for (const [eventType, shown] of [
      ['x'.repeat(60), 'x'.repeat(60)],
      ['x'.repeat(61), `${'x'.repeat(59)}…`],
    ] as const) {
      const [finding] = found({ unpriced: [{ eventType, events: 1n, isMetered: true }] }).holds;
      assert.equal(finding?.reason, `The period has 1 event of "${shown}", which a meter counts and no price bills.`);
      assert.equal(finding?.subject, eventType);
    }
  });
});
