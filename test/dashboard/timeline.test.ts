import assert from 'node:assert/strict';
import { timelineOf } from '../../src/dashboard/pages/invoices/timeline.ts';

type Args = Parameters<typeof timelineOf>;

/** Amounts and days go through the reader's formats, which these name. */
const formats = {
  money: (minor: number) => `money(${minor})`,
  day: (on: string) => `day(${on})`,
} as unknown as Args[3];

const day = (date: number, time = '00:00:00') => `2026-03-${String(date).padStart(2, '0')}T${time}.000Z`;
const invoice = {
  ...{ generatedAt: day(1), issuedAt: day(2), number: 'A-1', totalMinor: 300, currency: 'USD' },
  ...{ paymentDueOn: null, paidAt: null },
};
const movement = (kind: string, status: string, at: string, more: object = {}) => ({
  ...{ kind, id: `${kind} ${at}`, source: 'stripe', status, at, amountMinor: 300, reference: null, reason: null },
  ...more,
});

type Told = { invoice?: object; movements?: object[]; notes?: object[]; overpaidMinor?: number };

function told({ movements = [], notes = [], overpaidMinor = 0, ...more }: Told): string[] {
  const whole = { ...invoice, ...more.invoice } as Args[0];
  const payments = { movements, overpaidMinor } as unknown as Args[1];
  return timelineOf(whole, payments, notes as unknown as Args[2], formats).map(({ text }) => text);
}

const drawn = ['Became final as A-1 over money(300).', 'Drawn up from your usage, as a draft.'];

describe('What happened to an invoice', () => {
  it('is told the latest first, whatever it is', () => {
    const notes = [{ number: 'CN-1', issuedAt: day(4), totalMinor: 50, memo: null }];
    const movements = [
      movement('refund', 'succeeded', day(6), { amountMinor: 50 }),
      movement('payment', 'succeeded', day(5)),
      movement('attempt', 'declined', day(3), { amountMinor: null }),
    ];
    assert.deepEqual(told({ movements, notes }), [
      'money(50) goes back to you.',
      'money(300) came in.',
      'Credit note CN-1 over money(50).',
      'We tried to charge what was open to your payment method.',
      ...drawn,
    ]);
  });

  it('has a payment before what came of it, when all of it is of one instant', () => {
    const at = day(2);
    const notes = [{ number: 'CN-1', issuedAt: at, totalMinor: 50, memo: null }];
    const movements = [
      movement('payment', 'succeeded', at),
      movement('refund', 'succeeded', at, { amountMinor: 50 }),
      movement('dispute', 'lost', at, { amountMinor: 250 }),
    ];
    const inOrder = [
      'Your bank asks back money(250).',
      'money(50) goes back to you.',
      'Credit note CN-1 over money(50).',
      'Paid in full. Thank you.',
      'money(300) came in.',
      ...drawn,
    ];
    const all = { invoice: { paidAt: at }, notes };
    assert.deepEqual(told({ ...all, movements }), inOrder);
    assert.deepEqual(told({ ...all, movements: movements.toReversed() }), inOrder);
  });

  it('does not thank for a payment before it came in, although it is heard of afterwards', () => {
    const paid = { paidAt: day(3, '23:59:58') };
    const heard = movement('payment', 'succeeded', day(4, '00:00:03'));
    const paidByIt = ['Paid in full. Thank you.', 'money(300) came in.', ...drawn];
    assert.deepEqual(told({ invoice: paid, movements: [heard] }), paidByIt);
    // Another one, for what was paid already, came after it.
    assert.deepEqual(told({ invoice: paid, movements: [heard], overpaidMinor: 300 }), [
      'money(300) came in.',
      'Paid in full. Thank you.',
      ...drawn,
    ]);
  });

  it('leaves payments that were written down on their own days', () => {
    // The other half of 5 March was written down last, and the invoice is paid as of that day.
    const half = { source: 'out_of_band', amountMinor: 150 };
    const movements = [
      movement('payment', 'succeeded', day(10), { ...half, reference: 'cheque 2' }),
      movement('payment', 'succeeded', day(5), { ...half, reference: 'cheque 1' }),
    ];
    const whole = { ...invoice, paidAt: day(5) } as unknown as Args[0];
    const payments = { movements, overpaidMinor: 0 } as unknown as Args[1];
    assert.deepEqual(
      timelineOf(whole, payments, [], formats).map(({ at, note }) => [at, note]),
      [
        [day(10), 'cheque 2'],
        [day(5), undefined],
        [day(5), 'cheque 1'],
        [day(2), undefined],
        [day(1), undefined],
      ],
    );
  });

  it('tells of a charge once: as an attempt while it has come to nothing, then as a payment', () => {
    const attempt = (status: string) => movement('attempt', status, day(3), { amountMinor: null });
    assert.deepEqual(told({ movements: [attempt('wanted')] }), [
      'We are about to charge what is open to your payment method.',
      ...drawn,
    ]);
    const payment = movement('payment', 'succeeded', day(3));
    assert.deepEqual(told({ movements: [payment, attempt('paid')] }), ['money(300) came in.', ...drawn]);
    assert.deepEqual(told({ movements: [attempt('not needed')] }), drawn);
    assert.deepEqual(told({ movements: [attempt('processing')] }), [
      'A charge of what was open is on its way.',
      ...drawn,
    ]);
    const pending = movement('payment', 'processing', day(3));
    assert.deepEqual(told({ movements: [pending, attempt('processing')] }), [
      'A payment of money(300) is on its way.',
      ...drawn,
    ]);
  });
});
