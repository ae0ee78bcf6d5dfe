import assert from 'node:assert/strict';
import fc from 'fast-check';
import { computeTaxes, type LineToTax, type Taxes, type TaxTerms } from '../../../src/domain/tax/compute-taxes.ts';
import { assertFindsFault, runs } from '../support/properties.ts';
import { none, over, plus, type Rational, rational, roundedUnits, times, total, whole } from '../support/rational.ts';
import { byLine, rate, taxable, usd } from './support.ts';

type Drawn = { percentage: string; inclusive: boolean; compound: boolean };

const percentages = fc.constantFrom('0', '0.5', '1.55', '5', '7', '8.875', '9.975', '19', '20', '25', '100');
const pool = fc.array(fc.record<Drawn>({ percentage: percentages, inclusive: fc.boolean(), compound: fc.boolean() }), {
  minLength: 1,
  maxLength: 4,
});
/** Lines that have some of the invoice's rates each, in any order. */
const invoices = pool.chain((drawn) =>
  fc.record({
    drawn: fc.constant(drawn),
    lines: fc.array(
      fc.record({
        netMinor: fc.oneof(fc.bigInt(-200n, 200n), fc.bigInt(-(10n ** 12n), 10n ** 12n)),
        rates: fc.shuffledSubarray(drawn.map((_, index) => index)),
      }),
      { minLength: 1, maxLength: 12 },
    ),
  }),
);
type Invoice = { drawn: Drawn[]; lines: { netMinor: bigint; rates: number[] }[] };

const keyOf = (index: number) => `t${index}`;
const linesOf = ({ drawn, lines }: Invoice): LineToTax[] =>
  lines.map(({ netMinor, rates }, place) => ({
    id: String(place),
    netMinor,
    taxRates: rates.map((index) => {
      const { percentage, inclusive, compound } = drawn[index]!;
      return rate(keyOf(index), percentage, { ...(inclusive && { inclusive }), ...(compound && { compound }) });
    }),
  }));
const taxesOf = (invoice: Invoice, terms: TaxTerms): Taxes => computeTaxes(linesOf(invoice), terms, usd);

/** What each tax of a line is in minor units, unrounded, by repeated application in fractions of whole numbers. */
function oracle({ drawn, lines }: Invoice, place: number): Map<string, Rational> {
  const { netMinor, rates } = lines[place]!;
  const shares: Rational[] = [];
  for (const index of rates) {
    const base = drawn[index]!.compound ? total([whole, ...shares]) : whole;
    shares.push(over(times(base, rational(drawn[index]!.percentage)), rational('100')));
  }
  const inside = shares.filter((_, at) => drawn[rates[at]!]!.inclusive);
  const net = over({ n: netMinor, d: 1n }, total([whole, ...inside]));
  return new Map(rates.map((index, at) => [keyOf(index), times(net, shares[at]!)]));
}

const sumOf = (amounts: readonly bigint[]) => amounts.reduce((a, b) => a + b, 0n);
const size = (amount: bigint) => (amount < 0n ? -amount : amount);

describe('taxes, for random invoices', () => {
  it('are on each line what fractions of whole numbers give, rounded once', () => {
    const isSame = (invoice: Invoice, rounded: (exact: Rational) => bigint) =>
      [...taxesOf(invoice, byLine).byLine.values()].every(({ taxes }, place) =>
        taxes.every(({ key, amountMinor }) => amountMinor === rounded(oracle(invoice, place).get(key)!)),
      );
    fc.assert(
      fc.property(invoices, (invoice) => isSame(invoice, (exact) => roundedUnits(exact, 0))),
      runs,
    );
    assertFindsFault(fc.property(invoices, (invoice) => isSame(invoice, ({ n, d }) => n / d)));
  });

  it('are over the invoice the sum of those fractions, rounded once', () => {
    const isSame = (invoice: Invoice, rounded: (exact: Rational[]) => bigint) =>
      taxesOf(invoice, taxable).taxes.every(({ key, amountMinor }) => {
        const exact = invoice.lines.map((_, place) => oracle(invoice, place).get(key) ?? none);
        return amountMinor === rounded(exact);
      });
    fc.assert(
      fc.property(invoices, (invoice) => isSame(invoice, (exact) => roundedUnits(exact.reduce(plus), 0))),
      runs,
    );
    const roundedFirst = (exact: Rational[]) => sumOf(exact.map((one) => roundedUnits(one, 0)));
    assertFindsFault(fc.property(invoices, (invoice) => isSame(invoice, roundedFirst)));
  });

  it('add up: the lines to the taxes, and net and inclusive taxes to what the line costs', () => {
    fc.assert(
      fc.property(invoices, fc.constantFrom(taxable, byLine), (invoice, terms) => {
        const { taxes, byLine: taxed } = taxesOf(invoice, terms);
        const ofLines = [...taxed.values()];
        for (const { key, amountMinor, taxableMinor } of taxes) {
          const own = ofLines.flatMap((line) => line.taxes.filter((tax) => tax.key === key));
          assert.equal(amountMinor, sumOf(own.map((tax) => tax.amountMinor)));
          assert.equal(taxableMinor, sumOf(own.map((tax) => tax.taxableMinor)));
        }
        for (const [place, line] of ofLines.entries()) {
          const inside = line.taxes.filter(({ isInclusive }) => isInclusive);
          assert.equal(line.inclusiveTaxMinor, sumOf(inside.map(({ amountMinor }) => amountMinor)));
          assert.equal(line.taxMinor + line.inclusiveTaxMinor, sumOf(line.taxes.map(({ amountMinor }) => amountMinor)));
          // A tax that is not compound is on the price without what is inclusive.
          const { netMinor, rates } = invoice.lines[place]!;
          for (const [at, index] of rates.entries()) {
            if (invoice.drawn[index]!.compound) continue;
            assert.equal(line.taxes[at]!.taxableMinor + line.inclusiveTaxMinor, netMinor);
          }
        }
      }),
      runs,
    );
  });

  it('are spread over the lines within two units of what each has of them, and never against its sign', () => {
    fc.assert(
      fc.property(invoices, (invoice) => {
        for (const [place, { taxes }] of [...taxesOf(invoice, taxable).byLine.values()].entries()) {
          for (const { key, amountMinor } of taxes) {
            const { n, d } = oracle(invoice, place).get(key)!;
            assert.ok(amountMinor * n >= 0n, `${amountMinor} for ${n}/${d}`);
            assert.ok(size(amountMinor * d - n) < 2n * d, `${amountMinor} for ${n}/${d}`);
          }
        }
      }),
      runs,
    );
  });

  it('differ between the roundings by half a unit a line and half of one at the most', () => {
    fc.assert(
      fc.property(invoices, (invoice) => {
        const [over, on] = [taxesOf(invoice, taxable).taxes, taxesOf(invoice, byLine).taxes];
        for (const [index, { key, amountMinor }] of over.entries()) {
          const lines = invoice.lines.filter(({ rates }) => rates.some((rate) => keyOf(rate) === key)).length;
          assert.ok(2n * size(amountMinor - on[index]!.amountMinor) <= BigInt(lines + 1), key);
        }
      }),
      runs,
    );
  });
});
