import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type fc from 'fast-check';
import { applyUsageCorrection } from '../../src/billing/apply-usage-correction.ts';
import type { EventChangeInput } from '../../src/billing/corrections/event-changes.ts';
import { createCoupon } from '../../src/billing/create-coupon.ts';
import { issueCreditNote } from '../../src/billing/issue-credit-note.ts';
import { orderRefund } from '../../src/billing/order-refund.ts';
import { type CorrectionInput, previewUsageCorrection } from '../../src/billing/preview-usage-correction.ts';
import { recordPayment } from '../../src/billing/record-payment.ts';
import { recordUsage } from '../../src/billing/record-usage.ts';
import { redeemCoupon } from '../../src/billing/redeem-coupon.ts';
import { reissueInvoice } from '../../src/billing/reissue-invoice.ts';
import { setCustomerTax } from '../../src/billing/tax/set-customer-tax.ts';
import { requestVoid } from '../../src/billing/void-invoice.ts';
import { grantCredit } from '../../src/billing/wallets/grant-credit.ts';
import type { CrashPoint } from '../../src/crash-points.ts';
import { findCreditNote } from '../../src/store/credit-note-views.ts';
import { lookAgain } from '../../src/store/wants.ts';
import { invoicesOf } from '../billing/business.ts';
import { holdBooks, holdStripe } from './hold.ts';
import {
  type Bill,
  creditableOf,
  type Departure,
  isPaid,
  keptOf,
  least,
  type Model,
  openOf,
  refundableOf,
  returnableOf,
} from './model.ts';
import { bring, bringAndDie, instantOf, payInPart, payWhole, type World } from './world.ts';

/** What was drawn for a step: which of those that it can be done to, how much of what can be, and when the power is cut. */
export type Draw = { pick: number; share: number; flag: boolean; cutAfter: number | null };

type Step<T> = {
  name: string;
  /** What it can be done to as things are; nothing, if it cannot be done. */
  of(model: Model): readonly T[];
  run(model: Model, real: World, one: T, draw: Draw): Promise<void>;
};

const step = <T>(name: string, of: Step<T>['of'], run: Step<T>['run']): Step<T> => ({ name, of, run });
const always = () => [null];
const issued = (model: Model) => model.bills.filter(({ state }) => state === 'issued');
const atRest = (model: Model) => issued(model).filter(({ isSynced }) => isSynced);
/** At least one, at most all. */
const shareOf = (whole: bigint, { share }: Draw): bigint => (whole * BigInt(share) + 99n) / 100n;
const tapped = (real: World, bill: Bill) => {
  bill.isSynced = false;
  real.touched.add(bill);
};

const use = step('use', always, async (model, real, _, { pick, share, flag, cutAfter }) => {
  // In this month, or late for one that is billed already.
  const month = flag ? model.month : pick % (model.month + 1);
  const ids = Array.from({ length: 1 + (share % 5) }, () => real.nextId());
  await real.surely(cutAfter, async () => {
    const outcomes = await recordUsage(
      real.database,
      ids.map((id) => eventOf(real, id, month)),
    );
    assert.ok(
      outcomes.every(({ status }) => ['accepted', 'duplicate'].includes(status)),
      JSON.stringify(outcomes),
    );
  });
  model.departures.push(...ids.map((id) => ({ id, month, counts: true })));
});

const source = 'tower';
const eventOf = ({ customer }: World, id: string, month: number) => {
  const occurredAt = instantOf({ month, day: 7 }, 12);
  return { id, source, customer, type: 'departure', occurredAt };
};

const advance = step(
  'advance to the end of the month',
  (model) => (model.draft() === undefined && model.month < 8 ? [null] : []),
  async (model, real, _, { cutAfter }) => {
    const month = model.month;
    const at = instantOf({ month: month + 1, day: 1 }, 13);
    await real.surely(cutAfter, () => real.business.invoice(at));
    model.month += 1;
    model.day = 0;
    model.openDraft(await draftId(real), month);
  },
);

async function draftId({ target, customer }: World): Promise<string> {
  const drafts = (await invoicesOf(target.database, customer)).filter(({ lifecycle }) => lifecycle === 'draft');
  assert.equal(drafts.length, 1, 'one draft');
  return drafts[0]!.id;
}

const issue = step(
  'issue',
  (model) => [model.draft() ?? []].flat(),
  async (model, real, bill, { cutAfter }) => {
    model.day += 2;
    await real.surely(cutAfter, () => real.business.scan(instantOf(model, 15)));
    model.issue(bill);
    real.touched.add(bill);
  },
);

const unsynced = (model: Model) =>
  model.bills.filter(({ state, isSynced }) => !isSynced && (state === 'issued' || state === 'voiding'));

async function synced(model: Model, real: World, bill: Bill): Promise<void> {
  const state = await bring(real, bill);
  assert.equal(state, bill.state === 'voiding' ? 'void' : 'synced');
  if (bill.state === 'voiding') model.becomeVoid(bill);
  bill.isSynced = true;
  real.touched.add(bill);
}

const sync = step('sync', unsynced, synced);

const points: CrashPoint[] = [
  'sync.attempt-begun',
  'sync.request-stored',
  'sync.stripe-answered',
  'sync.answer-stored',
  'sync.completed',
];
const crash = step('crash in the middle of a sync, and sync', unsynced, async (model, real, bill, { pick, share }) => {
  await bringAndDie(real, bill.id, points[pick % points.length] as CrashPoint, 1 + (share % 3));
  await synced(model, real, bill);
});

const pay = step(
  'pay at Stripe',
  (model) => atRest(model).filter((bill) => !isPaid(bill)),
  async (model, real, bill, draw) => {
    const amount = draw.flag ? openOf(bill) : shareOf(openOf(bill), draw);
    if (amount === openOf(bill) && bill.recorded === 0n) await payWhole(real, bill);
    else await payInPart(real, bill, amount);
    bill.collected += amount;
    tapped(real, bill);
    await lookAgain(real.database, [bill.id]);
    await synced(model, real, bill);
  },
);

const record = step(
  'pay elsewhere',
  (model) => issued(model).filter((bill) => !isPaid(bill)),
  async (model, real, bill, draw) => {
    const amountMinor = draw.flag ? openOf(bill) : shareOf(openOf(bill), draw);
    const [id, paidAt] = [randomUUID(), instantOf(model, 0)];
    const payment = { invoiceId: bill.id, id, amountMinor, paidAt, reference: 'transfer', reason: 'seen' };
    await real.surely(draw.cutAfter, () => recordPayment(real.database, payment, 'Ada'));
    bill.recorded += amountMinor;
    tapped(real, bill);
  },
);

const refund = step(
  'refund',
  (model) => issued(model).filter((bill) => refundableOf(bill) + returnableOf(bill) > 0n),
  async (_model, real, bill, draw) => {
    const kind = refundableOf(bill) > 0n && (draw.flag || returnableOf(bill) === 0n) ? 'target' : 'out_of_band';
    const amountMinor = shareOf(kind === 'target' ? refundableOf(bill) : returnableOf(bill), draw);
    const order = { invoiceId: bill.id, id: randomUUID(), kind, amountMinor, reason: 'a kindness' } as const;
    await real.surely(draw.cutAfter, () => orderRefund(real.database, order, 'Ada'));
    if (kind === 'target') bill.refunded += amountMinor;
    else bill.returned += amountMinor;
    if (kind === 'target') tapped(real, bill);
  },
);

const wantVoid = step(
  'void',
  (model) =>
    issued(model).filter((bill) => !isPaid(bill) && bill.collected + bill.recorded === 0n && bill.notes.length === 0),
  async (_model, real, bill, { cutAfter }) => {
    const order = { invoiceId: bill.id, reason: 'It was wrong.' };
    await real.surely(cutAfter, () => requestVoid(real.database, order, 'Ada'));
    bill.state = 'voiding';
    tapped(real, bill);
  },
);

const reissue = step(
  'reissue',
  (model) =>
    model.draft() === undefined && model.day < 25
      ? model.bills.filter(({ state, month }) => state === 'void' && model.live(month) === undefined)
      : [],
  async (model, real, bill, { cutAfter }) => {
    const last = model.bills.findLast(({ month }) => month === bill.month) as Bill;
    const order = { invoiceId: last.id, reason: 'It is right now.' };
    const { state, invoiceId } = await real.surely(cutAfter, () => reissueInvoice(real.database, order, 'Ada'));
    assert.equal(state, 'done');
    model.reissue(bill.month, invoiceId as string);
  },
);

const redeem = step(
  'redeem a coupon',
  (model) => (['fifth', 'voucher'] as const).filter((kind) => model.discounts.every((one) => one.kind !== kind)),
  async (model, real, kind, { cutAfter }) => {
    await real.surely(cutAfter, () => redeemCoupon(real.database, { customer: real.customer, coupon: kind }, 'Ada'));
    model.discounts.push(kind === 'fifth' ? { kind } : { kind, leftMinor: voucherMinor });
  },
);

const voucherMinor = 7_777n;
/** Coupons that all customers can redeem: a fifth off for ever, and 77.77 once. */
export async function createCoupons(database: World['database']): Promise<void> {
  await createCoupon(database, { key: 'fifth', name: 'A fifth', percentage: '20', duration: 'forever' }, 'test');
  const voucher = { key: 'voucher', name: 'Voucher', amount: '77.77', currency: 'USD', duration: 'once' } as const;
  await createCoupon(database, voucher, 'test');
}

const topUp = step('grant wallet credit', always, async (model, real, _, { share, flag, cutAfter }) => {
  const amountMinor = share * 97;
  const order = { wallet: real.wallet, amountMinor, isPaid: flag, requestId: real.nextId() };
  await real.surely(cutAfter, () => grantCredit(real.database, order, 'Ada'));
  model.wallet += BigInt(amountMinor);
});

const tax = step('change the tax', always, async (model, real, _, { cutAfter }) => {
  const defaultRates = model.isTaxed ? [] : ['vat'];
  const order = { status: 'taxable', defaultRates } as const;
  await real.surely(cutAfter, () => setCustomerTax(real.database, real.customer, order, 'Ada'));
  model.isTaxed = !model.isTaxed;
});

const note = step(
  'credit note',
  (model) => issued(model).filter((bill) => creditableOf(bill) > 0n),
  async (model, real, bill, draw) => {
    const isFull = draw.flag && draw.pick % 2 === 0;
    const totalMinor = isFull ? creditableOf(bill) : shareOf(creditableOf(bill), draw);
    const back = least(totalMinor - least(totalMinor, openOf(bill)), keptOf(bill));
    const giveBack = (['refund', 'credit', 'out_of_band'] as const)[draw.pick % 3]!;
    const giving = giveBack === 'refund' && back > refundableOf(bill) ? 'credit' : giveBack;
    const order = {
      requestId: real.nextId(),
      giveBack: giving,
      reason: 'order_change',
      amountMinor: Number(totalMinor),
    } as const;
    const { id } = await real.surely(draw.cutAfter, () => issueCreditNote(real.database, bill.id, order, 'Ada'));
    const expected = model.credit(bill, totalMinor, giving === 'credit');
    tapped(real, bill);
    const made = await findCreditNote(real.target.database, id);
    assert.deepEqual(
      [made?.totalMinor, made?.dueMinor, (made?.refundMinor ?? 0) + (made?.outOfBandMinor ?? 0), made?.balanceMinor],
      [
        expected.totalMinor,
        expected.dueMinor,
        giving === 'credit' ? 0n : expected.backMinor,
        expected.creditMinor + (giving === 'credit' ? expected.backMinor : 0n),
      ].map(Number),
    );
  },
);

async function correct({ database, surely }: World, input: Omit<CorrectionInput, 'reason'>, cutAfter: number | null) {
  const order = { ...input, reason: 'The tower miscounted.' };
  const { id, outcome } = await surely(cutAfter, () => previewUsageCorrection(database, order, 'Ada'));
  const applied = await surely(cutAfter, () => applyUsageCorrection(database, id, 'Grace'));
  assert.deepEqual(applied.outcome, outcome);
}

/**
 * Of a bill with a coupon or a note a correction gives back what was paid, line by line; that arithmetic is told by stories and
 * properties of its own, and the model's bills have none of either when they are corrected.
 */
const correctable = (model: Model): boolean =>
  model.bills.every(
    ({ state, discountMinor, notes }) => state === 'void' || (discountMinor === 0n && notes.length === 0),
  );
const whenCorrectable = (model: Model) => (correctable(model) ? always() : []);
const counting = (model: Model): Departure[] =>
  correctable(model) ? model.departures.filter(({ counts }) => counts) : [];
const move = step('correct an event', counting, async (model, real, departure, { share, flag, cutAfter }) => {
  const { id, month } = departure;
  const other = share % (model.month + 1);
  const isMoved = flag && other !== month;
  const change: EventChangeInput = isMoved
    ? { action: 'amend', id, source, customer: real.customer, occurredAt: instantOf({ month: other, day: 9 }, 9) }
    : { action: 'deprecate', id, source, customer: real.customer };
  await correct(real, { changes: [change] }, cutAfter);
  if (isMoved) departure.month = other;
  else departure.counts = false;
  model.correct([month, departure.month]);
});

const backfill = step('backfill', whenCorrectable, async (model, real, _, { pick, share, cutAfter }) => {
  const months = Array.from({ length: 1 + (share % 3) }, (_each, index) => (pick + index) % (model.month + 1));
  const added = months.map((month) => ({ id: real.nextId(), month, counts: true }));
  const changes = added.map(({ id, month }) => ({ action: 'backfill' as const, ...eventOf(real, id, month) }));
  await correct(real, { changes }, cutAfter);
  model.departures.push(...added);
  model.correct(months);
});

const late = step('bill late usage', whenCorrectable, async (model, real, _, { cutAfter }) => {
  await correct(real, { lateUsage: { customer: real.customer } }, cutAfter);
  model.correct(Array.from({ length: model.month }, (_each, month) => month));
});

// Each has its own kind of thing that it is done to, which nobody else looks at.
// biome-ignore lint/suspicious/noExplicitAny: as above
type AnyStep = Step<any>;
export const steps: readonly AnyStep[] = [
  ...[
    use,
    use,
    use,
    advance,
    advance,
    advance,
    issue,
    issue,
    issue,
    issue,
    sync,
    sync,
    sync,
    sync,
    reissue,
    reissue,
    reissue,
  ],
  ...[
    pay,
    pay,
    pay,
    pay,
    record,
    record,
    refund,
    refund,
    wantVoid,
    wantVoid,
    note,
    note,
    note,
    move,
    move,
    backfill,
    late,
  ],
  ...[redeem, topUp, tax],
];
export const crashStep: AnyStep = crash;
export const settle = async (model: Model, real: World): Promise<void> => {
  for (const bill of unsynced(model)) await synced(model, real, bill);
  await holdBooks(model, real);
  await holdStripe(real);
};

/** A step with what was drawn for it, as fast-check runs it. */
export class Drawn implements fc.AsyncCommand<Model, World> {
  private readonly step: AnyStep;
  private readonly draw: Draw;
  constructor(step: AnyStep, draw: Draw) {
    this.step = step;
    this.draw = draw;
  }
  check(model: Readonly<Model>): boolean {
    return this.step.of(model as Model).length > 0;
  }
  async run(model: Model, real: World): Promise<void> {
    const { step, draw } = this;
    const all = step.of(model);
    await step.run(model, real, all[draw.pick % all.length], draw);
    await holdBooks(model, real);
    await holdStripe(real);
  }
  toString(): string {
    const { pick, share, flag, cutAfter } = this.draw;
    return `${this.step.name} (${pick}, ${share} %${flag ? ', flag' : ''}${cutAfter === null ? '' : `, cut after ${cutAfter}`})`;
  }
}
