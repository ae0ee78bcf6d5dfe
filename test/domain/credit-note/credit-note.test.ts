import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  type ComposedNote,
  type CreditableLine,
  type CreditRequest,
  composeCreditNote,
} from '../../../src/domain/credit-note/compose-credit-note.ts';
import { type Giving, giveBack, givings } from '../../../src/domain/credit-note/give-back.ts';
import { grossOf, type LinePart, sumOf, without } from '../../../src/domain/credit-note/line-share.ts';
import { parseCurrency } from '../../../src/domain/money/currency.ts';
import { parseDecimal } from '../../../src/domain/money/exact.ts';
import { assertFindsFault, assertRefused, samples } from '../support/properties.ts';

const usd = parseCurrency('USD');
type Vat = { taxMinor: bigint; isInclusive?: boolean };

function line(id: string, amountMinor: bigint, { discountMinor = 0n, quantity = null, vat = [] as Vat[] } = {}) {
  const net = amountMinor - discountMinor;
  return {
    id,
    description: id,
    quantity: quantity === null ? null : parseDecimal(quantity),
    amountMinor,
    discountMinor,
    taxes: vat.map(({ taxMinor, isInclusive = false }, index) => ({
      key: `vat-${index}`,
      isInclusive,
      taxableMinor: isInclusive ? net - taxMinor : net,
      amountMinor: taxMinor,
    })),
    credited: [] as LinePart[],
  };
}
type Line = CreditableLine & { credited: LinePart[] };

/** The same lines after a note. */
function withNote(lines: readonly CreditableLine[], note: ComposedNote): Line[] {
  return lines.map((one) => ({
    ...one,
    credited: [...one.credited, ...note.lines.filter(({ lineId }) => lineId === one.id)],
  }));
}

const sums = ({ subtotalMinor, discountMinor, taxMinor, totalMinor }: ComposedNote) => [
  subtotalMinor,
  discountMinor,
  taxMinor,
  totalMinor,
];

describe('a credit note', () => {
  // 100.00 less 20.00, with 19 % on 80.00: 95.20. And 50.00 with 19 %: 59.50. Together 154.70.
  const seats = line('seats', 10_000n, { discountMinor: 2_000n, vat: [{ taxMinor: 1_520n }] });
  const calls = { ...line('calls', 5_000n, { vat: [{ taxMinor: 950n }] }), quantity: parseDecimal('300') };
  const lines = [seats, calls];
  const note = (request: CreditRequest, leftMinor = 15_470n, of: readonly CreditableLine[] = lines) =>
    composeCreditNote(of, request, leftMinor, usd);

  it('in full gives back everything that was billed', () => {
    const full = note({ kind: 'full' });
    assert.deepEqual(sums(full), [15_000n, 2_000n, 2_470n, 15_470n]);
    assert.deepEqual(
      full.lines.map(({ lineId, quantity, ...part }) => [lineId, quantity === calls.quantity, grossOf(part)]),
      [
        ['seats', false, 9_520n],
        ['calls', true, 5_950n],
      ],
    );
    assertRefused(() => note({ kind: 'full' }, 0n, withNote(lines, full)), 'credit-note-refused', 'amountMinor');
  });

  it('of half a line gives half of its discount and of its tax back', () => {
    // 50.00 of the seats: less 10.00, 40.00 with 7.60: 47.60.
    const half = note({ kind: 'lines', lines: [{ lineId: 'seats', amountMinor: 5_000n }] });
    assert.deepEqual(sums(half), [5_000n, 1_000n, 760n, 4_760n]);
    assert.deepEqual(half.lines[0]?.taxes, [
      { key: 'vat-0', isInclusive: false, taxableMinor: 4_000n, amountMinor: 760n },
    ]);
    // What is left is as much again, however it is asked for.
    const rest = note({ kind: 'lines', lines: [{ lineId: 'seats' }] }, 15_470n - 4_760n, withNote(lines, half));
    assert.deepEqual(sums(rest), sums(half));
  });

  it('of a third of the quantity is a third of the charge', () => {
    // 100 of 300 calls for 50.00: 16.67 (16.666…), with 3.17 of 9.50 (3.1673): 19.84.
    const third = note({ kind: 'lines', lines: [{ lineId: 'calls', quantity: parseDecimal('100') }] });
    assert.deepEqual(sums(third), [1_667n, 0n, 317n, 1_984n]);
    const left = withNote(lines, third);
    const more = { lineId: 'calls', quantity: parseDecimal('200.01') };
    assertRefused(
      () => note({ kind: 'lines', lines: [more] }, 15_470n, left),
      'credit-note-refused',
      'lines[0].quantity',
    );
    // 200 more are 33.33, and so all that is left of it.
    const rest = note({ kind: 'lines', lines: [{ lineId: 'calls', quantity: parseDecimal('200') }] }, 15_470n, left);
    assert.deepEqual(sums(rest), [3_333n, 0n, 633n, 3_966n]);
  });

  it('over an amount spreads it over the lines by what they were billed with', () => {
    // 30.00 by 95.20 : 59.50 is 18.4615… : 11.5384…: 18.46 and 11.54. Of 18.46 the net and the tax as 80.00 : 15.20, which is
    // 15.5126… and 2.9473…: 15.51 and 2.95; less 3.88 (15.51 : 80.00 of 20.00 is 3.8775), so 19.39 of the charge.
    const part = note({ kind: 'amount', amountMinor: 3_000n });
    assert.equal(part.totalMinor, 3_000n);
    assert.deepEqual(
      part.lines.map(({ lineId, quantity, amountMinor, discountMinor, taxes }) => [
        lineId,
        quantity,
        amountMinor,
        discountMinor,
        taxes[0]?.amountMinor,
      ]),
      [
        ['seats', null, 1_939n, 388n, 295n],
        // 11.54 as 50.00 : 9.50 is 9.6974… and 1.8425…: 9.70 and 1.84.
        ['calls', null, 970n, 0n, 184n],
      ],
    );
  });

  it('tells a tax that is contained apart from one that is added', () => {
    // 119.00 with 19.00 in it: half is 59.50 with 9.50 in it.
    const gross = [line('gross', 11_900n, { vat: [{ taxMinor: 1_900n, isInclusive: true }] })];
    const half = note({ kind: 'amount', amountMinor: 5_950n }, 11_900n, gross);
    assert.deepEqual(
      [half.subtotalMinor, half.taxMinor, half.inclusiveTaxMinor, half.totalMinor],
      [5_950n, 0n, 950n, 5_950n],
    );
  });

  it('is never over more than the invoice, where a line below zero has paid a part of it', () => {
    // 100.00 less 30.00 that were given back: 70.00 were billed, whatever the first line says.
    const upgraded = [line('new', 10_000n), line('old', -3_000n)];
    assert.deepEqual(sums(note({ kind: 'full' }, 7_000n, upgraded)), [7_000n, 0n, 0n, 7_000n]);
    const whole = { kind: 'lines', lines: [{ lineId: 'new' }] } as const;
    assertRefused(() => note(whole, 7_000n, upgraded), 'credit-note-refused', 'lines', /USD 100.00 .* USD 70.00/);
    const old = { kind: 'lines', lines: [{ lineId: 'old' }] } as const;
    assertRefused(() => note(old, 7_000n, upgraded), 'credit-note-refused', 'lines[0].position');
  });

  it('is refused beyond what is there, with the field at fault', () => {
    const of =
      (...wanted: Extract<CreditRequest, { kind: 'lines' }>['lines']) =>
      () =>
        note({ kind: 'lines', lines: wanted });
    assertRefused(of({ lineId: 'other' }), 'credit-note-refused', 'lines[0].position');
    assertRefused(of({ lineId: 'seats' }, { lineId: 'seats' }), 'credit-note-refused', 'lines[1].position');
    assertRefused(of({ lineId: 'seats', amountMinor: 10_001n }), 'credit-note-refused', 'lines[0].amountMinor');
    assertRefused(of({ lineId: 'seats', amountMinor: 0n }), 'credit-note-refused', 'lines[0].amountMinor');
    assertRefused(of({ lineId: 'seats', quantity: parseDecimal('1') }), 'credit-note-refused', 'lines[0].quantity');
    assertRefused(of({ lineId: 'calls', quantity: parseDecimal('301') }), 'credit-note-refused', 'lines[0].quantity');
    assertRefused(() => note({ kind: 'amount', amountMinor: 15_471n }), 'credit-note-refused', 'amountMinor');
  });
});

describe('what a credit note gives back', () => {
  const back = (totalMinor: bigint, standing: [due: bigint, paid: bigint, refundable?: bigint], giving: Giving) => {
    const [dueMinor, paidMinor, refundableMinor = paidMinor] = standing;
    const creditsMinor = totalMinor > dueMinor + paidMinor ? totalMinor - dueMinor - paidMinor : 0n;
    const given = giveBack(totalMinor, { dueMinor, paidMinor, refundableMinor, creditsMinor }, giving, usd);
    return [given.dueMinor, given.refundMinor, given.outOfBandMinor, given.balanceMinor, given.moneyMinor];
  };

  it('lowers first what is still to be paid', () => {
    assert.deepEqual(back(4_000n, [10_000n, 0n], 'refund'), [4_000n, 0n, 0n, 0n, 4_000n]);
    // 30.00 of 100.00 are still open: they go first, the other 10.00 by the way that is asked for.
    assert.deepEqual(back(4_000n, [3_000n, 7_000n], 'refund'), [3_000n, 1_000n, 0n, 0n, 4_000n]);
    assert.deepEqual(back(4_000n, [3_000n, 7_000n], 'credit'), [3_000n, 0n, 0n, 1_000n, 4_000n]);
    assert.deepEqual(back(4_000n, [3_000n, 7_000n], 'out_of_band'), [3_000n, 0n, 1_000n, 0n, 4_000n]);
  });

  it('gives to the balance what credits have paid, and never as money', () => {
    // 100.00, of which a wallet paid 40.00 and a card 60.00: 60.00 are refunded, 40.00 go to the balance.
    assert.deepEqual(back(10_000n, [0n, 6_000n], 'refund'), [0n, 6_000n, 0n, 4_000n, 6_000n]);
    assert.deepEqual(back(10_000n, [6_000n, 0n], 'out_of_band'), [6_000n, 0n, 0n, 4_000n, 6_000n]);
  });

  it('refunds no more than came by a way that takes refunds', () => {
    assertRefused(() => back(5_000n, [0n, 6_000n, 4_999n], 'refund'), 'credit-note-refused', 'giveBack');
    assert.deepEqual(back(5_000n, [0n, 6_000n, 0n], 'out_of_band'), [0n, 0n, 5_000n, 0n, 5_000n]);
  });

  it('gives nothing back that refunds have given back already', () => {
    const standing = { dueMinor: 0n, paidMinor: 4_000n, refundableMinor: 4_000n, creditsMinor: 1_000n };
    assertRefused(() => giveBack(5_001n, standing, 'credit', usd), 'credit-note-refused', 'amountMinor', /USD 50.00/);
    assert.equal(giveBack(5_000n, standing, 'credit', usd).balanceMinor, 5_000n);
  });

  it('adds up, whatever the invoice', () => {
    const minor = fc.bigInt(0n, 10_000n);
    fc.assert(
      fc.property(fc.bigInt(1n, 30_000n), minor, minor, fc.constantFrom(...givings), (total, due, paid, giving) => {
        const [byDue, ...rest] = back(total, [due, paid], giving) as [bigint, bigint, bigint, bigint, bigint];
        const money = rest.pop() as bigint;
        assert.equal(byDue + sumOf(rest), total);
        assert.ok(byDue <= due && money <= due + paid && rest.every((part) => part >= 0n), String(rest));
      }),
      samples(1_000),
    );
  });
});

/** Lines with what was billed for them; taxes need not be of any rate here. */
const anyLine = fc
  .record({
    amountMinor: fc.oneof(fc.bigInt(0n, 20n), fc.bigInt(0n, 1_000_000n)),
    discounted: fc.nat(100),
    taxed: fc.array(fc.record({ percent: fc.nat(40), isInclusive: fc.boolean() }), { maxLength: 3 }),
  })
  .map(({ amountMinor, discounted, taxed }) => {
    const discountMinor = (amountMinor * BigInt(discounted)) / 100n;
    const vat = taxed.map(({ percent, isInclusive }) => ({
      taxMinor: ((amountMinor - discountMinor) * BigInt(percent)) / 100n,
      isInclusive,
    }));
    return { amountMinor, discountMinor, vat };
  });
const anyLines = fc
  .array(anyLine, { minLength: 1, maxLength: 5 })
  .map((all) => all.map((one, index) => line(`l${index}`, one.amountMinor, one) as Line));
/** Each note by shares of what is left, in thousandths. */
const anyNotes = fc.array(
  fc.record({ kind: fc.constantFrom('amount', 'lines'), line: fc.nat(4), share: fc.integer({ min: 1, max: 1_000 }) }),
  { maxLength: 8 },
);
const anyStory = fc.tuple(anyLines, anyNotes);

/** Nothing of a line is below zero, and nothing is credited beyond it. */
function checkLeft(lines: readonly Line[]): void {
  for (const one of lines) {
    const left = without(one, one.credited);
    const parts = left.taxes.flatMap(({ amountMinor }) => [amountMinor]);
    for (const part of [left.amountMinor, left.discountMinor, left.amountMinor - left.discountMinor, ...parts]) {
      assert.ok(part >= 0n, `${part} is left`);
    }
  }
}

/** Writes the notes and then one over all that is left. @returns what all of them are over */
function tell([start, wanted]: [Line[], { kind: string; line: number; share: number }[]]): {
  lines: Line[];
  total: bigint;
} {
  let lines = start;
  let left = sumOf(lines.map(grossOf));
  let total = 0n;
  const write = (request: CreditRequest) => {
    const written = composeCreditNote(lines, request, left, usd);
    assert.equal(written.totalMinor, written.subtotalMinor - written.discountMinor + written.taxMinor);
    if (request.kind === 'amount') assert.equal(written.totalMinor, request.amountMinor);
    lines = withNote(lines, written);
    left -= written.totalMinor;
    total += written.totalMinor;
    checkLeft(lines);
  };
  for (const { kind, line: at, share } of wanted) {
    const one = lines[at % lines.length] as Line;
    const open = without(one, one.credited);
    const part = (of: bigint) => (of * BigInt(share)) / 1_000n;
    if (kind === 'amount' && part(left) > 0n) write({ kind: 'amount', amountMinor: part(left) });
    const charge = part(open.amountMinor);
    // Of a small part the discount may be all.
    if (kind === 'lines' && charge > 0n && open.discountMinor === 0n) {
      write({ kind: 'lines', lines: [{ lineId: one.id, amountMinor: charge }] });
    }
  }
  if (left > 0n) write({ kind: 'full' });
  return { lines, total };
}

describe('credit notes of any invoice', () => {
  it('are together over what was billed, to the last cent of each line, discount and tax', () => {
    fc.assert(
      fc.property(anyStory, (story) => {
        const { lines, total } = tell(story);
        assert.equal(total, sumOf(story[0].map(grossOf)));
        if (total === 0n) return;
        for (const one of lines) {
          const left = without(one, one.credited);
          assert.deepEqual([grossOf(left), left.amountMinor - left.discountMinor], [0n, 0n]);
          assert.ok(
            left.taxes.every(({ amountMinor }) => amountMinor === 0n),
            'no tax is left',
          );
        }
      }),
      samples(300),
    );
  });

  it('would be noticed if one kept a cent of a tax', () => {
    assertFindsFault(
      fc.property(anyStory, (story) => {
        const { lines } = tell(story);
        const taxes = lines.flatMap(({ credited }) => credited.flatMap((part) => part.taxes));
        const taxed = taxes.find(({ amountMinor }) => amountMinor > 0n);
        if (taxed !== undefined) (taxed as { amountMinor: bigint }).amountMinor += 1n;
        checkLeft(lines);
      }),
    );
  });
});
