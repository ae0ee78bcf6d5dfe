import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { PreviewRequest } from '../../../src/api/schemas/preview.ts';
import { previewExamples } from '../../../src/api/schemas/preview-examples.ts';
import { type PreviewedInvoice, previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';

const folder = new URL('./peers/', import.meta.url);
const requests: object[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')).cases)
  .filter(({ expected }) => expected.refused === undefined)
  .map(({ request }) => request);

/** 20 decimals as one whole number. */
function units(decimal: string): bigint {
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(20, '0'));
  return decimal.startsWith('-') ? -value : value;
}

const sum = (list: bigint[]) => list.reduce((total, value) => total + value, 0n);
const size = (value: bigint) => (value < 0n ? -value : value);

/** Half away from zero, counted anew. */
function rounded(exact: string, decimals: number): bigint {
  const unit = 10n ** BigInt(20 - decimals);
  const minor = (size(units(exact)) * 2n + unit) / (2n * unit);
  return exact.startsWith('-') ? -minor : minor;
}

describe('A preview', () => {
  it('shows steps that add up to each line, and lines that add up to the subtotal', () => {
    for (const request of requests) {
      const preview = previewInvoice(request);
      const decimals = preview.currency === 'JPY' ? 0 : 2;
      for (const { working, exactAmount, amountMinor } of preview.lines) {
        const apart = size(sum(working.map(({ amount }) => units(amount))) - units(exactAmount));
        // What does not end is cut off after 20 decimals, in each step.
        assert.ok(apart <= BigInt(working.length), JSON.stringify(request));
        assert.equal(BigInt(amountMinor), rounded(exactAmount, decimals), JSON.stringify(request));
      }
      assert.equal(preview.subtotalMinor, Number(sum(preview.lines.map(({ amountMinor }) => BigInt(amountMinor)))));
    }
  });

  it('answers the same request in the same way, and leaves it as it was', () => {
    for (const request of requests) {
      const frozen = deepFreeze(structuredClone(request));
      const first = previewInvoice(frozen);
      assert.deepEqual(previewInvoice(frozen), first);
      assert.deepEqual(frozen, request);
    }
  });

  it('is handed nothing that could be written to', () => {
    assert.equal(previewInvoice.length, 1);
    assert.ok(!(previewInvoice(previewExamples['flat']?.value) instanceof Promise));
  });

  it('prices the examples of the document', () => {
    const totals = Object.entries(previewExamples).map(([name, { value }]) => [name, previewInvoice(value).total]);
    assert.deepEqual(Object.fromEntries(totals), {
      flat: '87.00', // 3 × 29
      per_unit: '3.87', // 52.4 GB are 53; 43 × 0.09
      graduated: '22.50', // 100 × 0.10 + 150 × 0.05 + 5
      blocks: '15.00', // 10 × 1, and 4,325 are 5 × 1
      volume: '101.00', // 101 × 1, without the flat amount of the first tier
      stairstep: '49.00',
      package: '15.00', // 3 × 5
      percentage: '18.69', // 0.299 + 2, 2.392 + 2 and, of 301, 12 at the most: 18.691
      graduated_percentage: '16.00', // 5 + 10 + 50 × 2 %
      dynamic: '14.81', // 12.345 × 1.2 = 14.814
      seats: '78.58', // 12 × (5 × 15 + 8 × 16) / 31 = 78.5806…
      seats_and_flats: '112.39', // (50 × 15 + 74 × 16) / 31 = 62.387…, and 20 + 30 whole
      capacity: '122.00', // 120 + 100 × 0.02
      matrix: '2.10', // 40 × 0.04 + 10 × 0.05
      events: '14.00', // eu: 1,000 × 0.01 + 200 × 0.005 = 11; us: 300 × 0.01 = 3
      subscription: '17.00', // 31 × 17 / 31
      plan_change: '36.13', // 16 / 31 of it: 51.10 - 14.97
      commitment: '160.00', // 140, and 40 above the commitment by half again
      whole_bill: '100.00', // 149.99 - 15.00 = 134.99, + 25.65 = 160.64, - 60.64
      taxes_by_line: '7.35', // GST 0.1665 = 0.17 on each, QST 9.975 % of 3.4965 = 0.34878 = 0.35 on one: 6.66 + 0.34 + 0.35
    });
  });

  it('takes what the document describes', () => {
    // The route does not check requests against the schema: its readers do, and say more. So it could be wrong unseen.
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const isDescribed = ajv.compile(PreviewRequest);
    for (const request of [...requests, ...Object.values(previewExamples).map(({ value }) => value)]) {
      assert.ok(isDescribed(request), `${ajv.errorsText(isDescribed.errors)} in ${JSON.stringify(request)}`);
    }
    for (const wrong of [{}, { currency: 'USD', prices: [{ model: 'flat', amount: '1', ammount: '1' }] }]) {
      assert.ok(!isDescribed(wrong), JSON.stringify(wrong));
    }
  });

  it('has an example of every model', () => {
    const models = Object.values(previewExamples).flatMap(({ value }) => value.prices.map(modelOf));
    const refusal = /one of (.+)\.$/.exec(refusedModel());
    assert.deepEqual([...new Set(models)].sort(), refusal?.[1]?.split(', ').sort());
  });

  it('gives back at most what was paid', () => {
    // 20 of 30 days of 20.00 are 13.33; 5 were paid.
    const period = {
      startAt: '2026-04-11T00:00:00Z',
      endAt: '2026-05-01T00:00:00Z',
      cycleStartAt: '2026-04-01T00:00:00Z',
    };
    const credited = (creditLimit: string): PreviewedInvoice =>
      previewInvoice({
        currency: 'USD',
        period,
        prices: [{ model: 'flat', amount: '20', isCredit: true, creditLimit }],
      });
    assert.deepEqual(
      credited('5').lines[0]?.working.map(({ kind, amount, bound }) => ({ kind, amount, bound })),
      [
        { kind: 'flat', amount: '-13.33333333333333333333', bound: undefined },
        { kind: 'cap', amount: '8.33333333333333333333', bound: '5' },
      ],
    );
    assert.equal(credited('5').subtotal, '-5.00');
    assert.equal(credited('13.34').subtotal, '-13.33');
    assert.equal(credited('0').subtotal, '0.00');
  });

  it('has one line of nothing where a price with groups was not used', () => {
    const price = { model: 'volume', tiers: [{ upTo: null, flatAmount: '3' }], groupBy: ['region'] };
    const lineOf = (fields: object) => {
      const { lines } = previewInvoice({
        currency: 'USD',
        prices: [{ ...price, ...fields, usage: { groups: [] } }],
      });
      return lines.map(({ group, quantity, amount }) => ({ group, quantity, amount }));
    };
    assert.deepEqual(lineOf({}), [{ group: undefined, quantity: '0', amount: '0.00' }]);
    assert.deepEqual(lineOf({ zeroUsage: 'charged' }), [{ group: undefined, quantity: '0', amount: '3.00' }]);
  });

  it('answers with the four instants of a period, however it was asked for', () => {
    const subscription = { startsAt: '2026-01-10T00:00:00Z', interval: 'month' };
    const { period } = previewInvoice({ currency: 'usd', subscription, prices: [{ model: 'flat', amount: '31' }] });
    assert.deepEqual(JSON.parse(JSON.stringify(period)), {
      startAt: '2026-01-10T00:00:00.000Z',
      endAt: '2026-02-01T00:00:00.000Z',
      cycleStartAt: '2026-01-01T00:00:00.000Z',
      cycleEndAt: '2026-02-01T00:00:00.000Z',
    });
  });

  it('finds the first period of a subscription that begins in a pause', () => {
    const subscription = {
      startsAt: '2026-01-10T00:00:00Z',
      interval: 'month',
      pauses: [{ from: '2026-01-01T00:00:00Z', to: '2026-01-21T00:00:00Z' }],
    };
    // 11 of 31 days
    const invoice = previewInvoice({ currency: 'USD', subscription, prices: [{ model: 'flat', amount: '31' }] });
    assert.deepEqual([invoice.total, invoice.period?.startAt.toISOString()], ['11.00', '2026-01-21T00:00:00.000Z']);
  });

  it('holds the rounded charges of the period against its bounds, credits apart, at the share of the request', () => {
    // 3 × 0.333 are 3 × 0.33: 4.01 are missing to 5, half of the minimum of 10. What comes back is another matter.
    const third = { model: 'flat', amount: '0.333', share: { numerator: 1, denominator: 1 } };
    const credit = { ...third, amount: '0.49', isCredit: true };
    const { lines } = previewInvoice({
      currency: 'USD',
      share: { numerator: 1, denominator: 2 },
      minimumAmount: '10',
      prices: [third, third, third, credit],
    });
    assert.deepEqual(
      lines.map(({ amount }) => amount),
      ['0.33', '0.33', '0.33', '-0.49', '4.01'],
    );
  });

  it('shares changes of seats in proportion to the share that is given', () => {
    // 15 of 30 days of 2 seats and 15 of 4 are 3 seats of the 10/20 that are given: 10 × 3 / 2
    const seats = [
      { from: '2026-04-01T00:00:00Z', quantity: '2' },
      { from: '2026-04-16T00:00:00Z', quantity: '4' },
    ];
    const { total } = previewInvoice({
      currency: 'USD',
      proration: 'day',
      period: { startAt: '2026-04-01T00:00:00Z', endAt: '2026-05-01T00:00:00Z' },
      prices: [{ model: 'seats', unitAmount: '10', usage: { seats }, share: { numerator: 10, denominator: 20 } }],
    });
    assert.equal(total, '15.00');
  });

  it('pays for a seat of one day where the day of a change counts, and not where it does not', () => {
    const seats = [
      { from: '2026-04-10T08:00:00Z', quantity: '1' },
      { from: '2026-04-10T18:00:00Z', quantity: '0' },
    ];
    const of = (proration: string) =>
      previewInvoice({
        currency: 'USD',
        proration,
        period: { startAt: '2026-04-01T00:00:00Z', endAt: '2026-05-01T00:00:00Z' },
        prices: [{ model: 'seats', unitAmount: '30', usage: { seats } }],
      }).total;
    assert.deepEqual([of('day'), of('day_counting_end')], ['0.00', '1.00']);
  });

  it('multiplies where there is no decimal to divide by', () => {
    // 4.2 × 1.5 = 6.3, in started units 7
    const convert = { multiplyBy: '1.5', rounding: 'up' };
    const price = { model: 'per_unit', unitAmount: '2', convert, usage: { quantity: '4.2' } };
    const [line] = previewInvoice({ currency: 'USD', prices: [price] }).lines;
    assert.deepEqual([line?.billableQuantity, line?.amount], ['7', '14.00']);
    assert.deepEqual(line?.working[0], { kind: 'converted', quantity: '7', multiplier: '1.5', amount: '0' });
  });
});

const modelOf = (price: object) => (price as { model: string }).model;

function refusedModel(): string {
  try {
    previewInvoice({ currency: 'USD', prices: [{ model: 'none' }] });
    return '';
  } catch (error) {
    return String((error as Error).message);
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}
