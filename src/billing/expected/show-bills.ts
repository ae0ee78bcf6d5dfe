import type { Effect } from '../../domain/invoice/changes.ts';
import type { Currency } from '../../domain/money/currency.ts';
import { formatMoney } from '../../domain/money/money.ts';
import { type BillChange, sentenceOf } from './compare-bills.ts';
import type { ExpectedBill, ExpectedBills, ExpectedLine, FailedBill, ReviewedDraft } from './expect-bills.ts';

/** What was expected, as its readers have it: amounts as numbers, each with its text, and sentences for people. */
export function shownBills({ bills, inReview, heard, ...rest }: ExpectedBills, { isForCustomer = false } = {}) {
  return {
    ...rest,
    bills: bills.map((bill) => ('failure' in bill ? shownFailure(bill, isForCustomer) : shownBill(bill))),
    inReview: inReview.map(shownDraft),
    freshness: { readAt: rest.readAt, types: heard },
  };
}

const textOf = (amountMinor: bigint, currency: string) => formatMoney({ amountMinor, currency: currency as Currency });

function shownFrame({ key, invoiceId, joins, generatedAt, issuedAt, dueOn }: ExpectedBill | FailedBill) {
  const { currency, billingGroup, purpose, periodStartAt, periodEndAt } = key;
  const frame = { id: invoiceId, joins, currency, billingGroup, purpose, periodStartAt, periodEndAt };
  return { ...frame, generatedAt, issuedAt, dueOn };
}

/** Why is for operators; a customer can do nothing about it. */
const beingLookedAt = {
  code: 'not-computed',
  reason: 'This bill cannot be worked out at the moment. Nothing is charged before somebody has looked at it.',
};

function shownFailure(bill: FailedBill, isForCustomer: boolean) {
  const { code, message: reason } = bill.failure;
  const nothing = { subtotalMinor: 0, discountMinor: 0, taxMinor: 0, inclusiveTaxMinor: 0, carriedMinor: 0 };
  return {
    ...shownFrame(bill),
    ...nothing,
    ...{ creditMinor: 0, totalMinor: 0, total: textOf(0n, bill.key.currency) },
    ...{ parts: partsOf([]), lines: [], discounts: [], taxes: [], credits: [], change: null },
    failure: isForCustomer ? beingLookedAt : { code, reason },
  };
}

function shownBill(expected: ExpectedBill) {
  const { bill, lines, change, key } = expected;
  const { currency } = key;
  return {
    ...shownFrame(expected),
    subtotalMinor: Number(bill.subtotalMinor),
    discountMinor: Number(bill.discountMinor),
    taxMinor: Number(bill.taxMinor),
    inclusiveTaxMinor: Number(bill.inclusiveTaxMinor),
    carriedMinor: Number(bill.carriedMinor),
    creditMinor: Number(bill.creditMinor),
    totalMinor: Number(bill.totalMinor),
    total: textOf(bill.totalMinor, currency),
    parts: partsOf(lines),
    lines: lines.map((line) => shownLine(line, currency)),
    discounts: bill.discounts.map(({ key: of, name, amountMinor }) => ({
      key: of,
      name,
      amountMinor: Number(amountMinor),
    })),
    taxes: bill.taxes.map(({ taxableMinor, amountMinor, ...tax }) => ({
      ...tax,
      taxableMinor: Number(taxableMinor),
      amountMinor: Number(amountMinor),
    })),
    credits: bill.credits.map(({ source, name, amountMinor }) => ({ source, name, amountMinor: Number(amountMinor) })),
    change: change === null ? null : shownChange(change, currency),
    failure: null,
  };
}

/** What is used apart from what is to be paid whatever is used; adds up to the subtotal. */
function partsOf(lines: readonly ExpectedLine[]) {
  const sumOf = (...kinds: ExpectedLine['kind'][]) =>
    Number(lines.reduce((sum, { kind, amountMinor }) => (kinds.includes(kind) ? sum + amountMinor : sum), 0n));
  return {
    usedMinor: sumOf('usage'),
    fixedMinor: sumOf('fixed'),
    aheadMinor: sumOf('ahead', 'given-back'),
    boundMinor: sumOf('bound'),
    onceMinor: sumOf('one-off', 'correction', 'late-usage'),
  };
}

function shownLine(line: ExpectedLine, currency: string) {
  const { id, invoiceId, exactAmount, amountMinor, discountMinor, taxMinor, inclusiveTaxMinor, periodId, ...rest } =
    line;
  return {
    ...rest,
    exactAmount,
    amountMinor: Number(amountMinor),
    amount: textOf(amountMinor, currency),
    discountMinor: Number(discountMinor),
    taxMinor: Number(taxMinor),
    inclusiveTaxMinor: Number(inclusiveTaxMinor),
    eventCount: Number(line.eventCount),
    skippedCount: Number(line.skippedCount),
  };
}

function shownChange(change: BillChange, currency: string) {
  const { lines, effects, byKind, differenceMinor, beforeMinor, afterMinor, ...compared } = change;
  const shown = ({ kind, amountMinor }: Effect) => ({ kind, amountMinor: Number(amountMinor) });
  return {
    ...compared,
    beforeMinor: Number(beforeMinor),
    before: textOf(beforeMinor, currency),
    afterMinor: Number(afterMinor),
    differenceMinor: Number(differenceMinor),
    difference: textOf(differenceMinor, currency),
    lines: lines.map(({ name, beforeMinor: was, afterMinor: is, effects: of, ...line }) => ({
      ...line,
      beforeMinor: Number(was),
      afterMinor: Number(is),
      differenceMinor: Number(is - was),
      effects: of.map(shown),
    })),
    effects: effects.map(shown),
    byKind: byKind.map((effect) => ({ ...shown(effect), sentence: sentenceOf(effect, currency as Currency) })),
  };
}

function shownDraft({ id, totalMinor, expectedMinor, paymentTermsDays, dueAt, ...draft }: ReviewedDraft) {
  const { currency, issuedAt, lifecycle } = draft;
  const day = issuedAt.toISOString().slice(0, 10);
  const now = expectedMinor ?? totalMinor;
  return {
    invoiceId: id,
    ...draft,
    totalMinor: Number(totalMinor),
    expectedMinor: expectedMinor === null ? null : Number(expectedMinor),
    total: textOf(now, currency),
    sentence:
      lifecycle === 'held'
        ? `${textOf(now, currency)} are being checked before the invoice becomes final.`
        : `${textOf(now, currency)} will be issued on ${day}; usage that comes in until then still counts.`,
  };
}
