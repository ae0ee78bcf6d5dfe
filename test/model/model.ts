/**
 * The life of one customer's invoices as it should be, in a few numbers. It is written from what the documents say, with
 * whole numbers of its own, and imports nothing of the product: a wrong sum there cannot be a wrong sum here.
 */

/** 50.00 a month and 3.335 a departure, so that most months have half a cent to round. */
export const baseMinor = 5_000n;
const departureTenths = 3_335n;

export type Departure = { id: string; month: number; counts: boolean };
/** A difference that a correction or a reissue has left: it waits for a bill, or stands on one that counts. */
export type Item = { amountMinor: bigint; bill: Bill | null };
export type Note = { totalMinor: bigint; dueMinor: bigint; backMinor: bigint; creditMinor: bigint };
export type Bill = {
  id: string;
  month: number;
  state: 'draft' | 'issued' | 'voiding' | 'void';
  /** Nothing has changed since Stripe was last brought to it. */
  isSynced: boolean;
  departuresMinor: bigint;
  subtotalMinor: bigint;
  discountMinor: bigint;
  taxMinor: bigint;
  carriedMinor: bigint;
  creditMinor: bigint;
  totalMinor: bigint;
  fromBalance: bigint;
  fromWallet: bigint;
  fromVoucher: bigint;
  /** Came in at Stripe, and elsewhere; went back there, and elsewhere. */
  collected: bigint;
  recorded: bigint;
  refunded: bigint;
  returned: bigint;
  notes: Note[];
};
type Discount = { kind: 'fifth' } | { kind: 'voucher'; leftMinor: bigint };

export class Model {
  /** The month in which the clock stands, January 2013 being 0, and its day; the months before are billed. */
  month = 0;
  day = 1;
  readonly departures: Departure[] = [];
  readonly bills: Bill[] = [];
  readonly items: Item[] = [];
  /** What corrections have billed beside the bill of a month. */
  readonly adjusted = new Map<number, bigint>();
  readonly discounts: Discount[] = [];
  isTaxed = false;
  balance = 0n;
  wallet = 0n;
  numbers = 0;
  noteNumbers = 0;

  draft(): Bill | undefined {
    return this.bills.find(({ state }) => state === 'draft');
  }

  /** The bill of a month that counts, if it has one. */
  live(month: number): Bill | undefined {
    return this.bills.find((bill) => bill.month === month && bill.state !== 'void');
  }

  departuresMinor(month: number): bigint {
    const count = BigInt(this.departures.filter((one) => one.counts && one.month === month).length);
    return half(count * departureTenths, 10n);
  }

  openDraft(id: string, month: number): void {
    const zero = {
      subtotalMinor: 0n,
      discountMinor: 0n,
      taxMinor: 0n,
      carriedMinor: 0n,
      creditMinor: 0n,
      totalMinor: 0n,
    };
    const paid = { collected: 0n, recorded: 0n, refunded: 0n, returned: 0n, notes: [] };
    const taken = { fromBalance: 0n, fromWallet: 0n, fromVoucher: 0n };
    const rest = { departuresMinor: 0n, isSynced: false };
    this.bills.push({ id, month, state: 'draft', ...zero, ...paid, ...taken, ...rest });
  }

  /** Charges, discounts, taxes, carry, credits: in this order, each rounded once. */
  issue(bill: Bill): void {
    for (const item of this.items) item.bill ??= bill;
    const items = this.items.filter((item) => item.bill === bill);
    bill.departuresMinor = this.departuresMinor(bill.month);
    const lines = [baseMinor, bill.departuresMinor, ...items.map(({ amountMinor }) => amountMinor)];
    bill.subtotalMinor = sum(lines);
    // Differences are of bills before: no coupon is for them.
    let open = baseMinor + bill.departuresMinor;
    for (const discount of this.discounts) {
      const off = discount.kind === 'fifth' ? half(open * 20n, 100n) : least(open, discount.leftMinor);
      if (discount.kind === 'voucher') {
        discount.leftMinor -= off;
        bill.fromVoucher = off;
      }
      bill.discountMinor += off;
      open -= off;
    }
    const net = bill.subtotalMinor - bill.discountMinor;
    bill.taxMinor = this.isTaxed ? half(net * 19n, 100n) : 0n;
    const due = net + bill.taxMinor;
    bill.carriedMinor = due < 0n ? -due : 0n;
    bill.fromBalance = least(this.balance, due < 0n ? 0n : due);
    bill.fromWallet = due < 0n ? 0n : least(this.wallet, due - bill.fromBalance);
    bill.creditMinor = bill.fromBalance + bill.fromWallet;
    bill.totalMinor = due + bill.carriedMinor - bill.creditMinor;
    this.balance += bill.carriedMinor - bill.fromBalance;
    this.wallet -= bill.fromWallet;
    bill.state = 'issued';
    this.numbers += 1;
  }

  /** Everything that the bill took goes back. It has carried nothing: what is over nothing is paid, and stays. */
  becomeVoid(bill: Bill): void {
    bill.state = 'void';
    this.balance += bill.fromBalance;
    this.wallet += bill.fromWallet;
    for (const discount of this.discounts) if (discount.kind === 'voucher') discount.leftMinor += bill.fromVoucher;
    for (const item of this.items) if (item.bill === bill) item.bill = null;
  }

  /** The bill of a month that is issued no longer says what was used: the difference waits for the next one. */
  correct(months: Iterable<number>): void {
    for (const month of new Set(months)) {
      const bill = this.live(month);
      if (bill?.state !== 'issued') continue;
      const adjusted = this.adjusted.get(month) ?? 0n;
      const amountMinor = this.departuresMinor(month) - bill.departuresMinor - adjusted;
      if (amountMinor === 0n) continue;
      this.items.push({ amountMinor, bill: null });
      this.adjusted.set(month, adjusted + amountMinor);
    }
  }

  /** What was billed beside a bill that is void is on the new one, and so given back beside it. */
  reissue(month: number, id: string): void {
    const adjusted = this.adjusted.get(month) ?? 0n;
    if (adjusted !== 0n) this.items.push({ amountMinor: -adjusted, bill: null });
    this.adjusted.delete(month);
    this.openDraft(id, month);
  }

  /** @returns what its parts are, which the books have to have come to by themselves */
  credit(bill: Bill, totalMinor: bigint, toBalance: boolean): Note {
    const dueMinor = least(totalMinor, openOf(bill));
    const backMinor = least(totalMinor - dueMinor, keptOf(bill));
    const creditMinor = totalMinor - dueMinor - backMinor;
    const note = { totalMinor, dueMinor, backMinor, creditMinor };
    bill.notes.push(note);
    this.balance += creditMinor + (toBalance ? backMinor : 0n);
    this.noteNumbers += 1;
    bill.isSynced = false;
    return note;
  }

  /** All that is asked of the customer, before discounts: on bills that count, and what waits for one. */
  askedMinor(): bigint {
    const bills = this.bills.filter(({ state }) => state !== 'void' && state !== 'draft');
    return sum([
      ...bills.map((bill) => baseMinor + bill.departuresMinor),
      ...this.items.map(({ amountMinor }) => amountMinor),
    ]);
  }
}

export const notedOf = (bill: Bill): bigint => sum(bill.notes.map(({ totalMinor }) => totalMinor));
export const notedDueOf = (bill: Bill): bigint => sum(bill.notes.map(({ dueMinor }) => dueMinor));
export const notedBackOf = (bill: Bill): bigint => sum(bill.notes.map(({ backMinor }) => backMinor));
/** What is still to be paid. */
export const openOf = (bill: Bill): bigint => {
  const open = bill.totalMinor - notedDueOf(bill) - bill.collected - bill.recorded;
  return open > 0n ? open : 0n;
};
/** Money that came in and has not gone back. */
export const keptOf = (bill: Bill): bigint =>
  bill.collected + bill.recorded - bill.refunded - bill.returned - notedBackOf(bill);
/** What Stripe can give back of it: what notes gave back, by whichever way, counts against it first. */
export const refundableOf = (bill: Bill): bigint => most(bill.collected - bill.refunded - notedBackOf(bill), 0n);
export const returnableOf = (bill: Bill): bigint => {
  const atStripe = bill.collected - bill.refunded - notedBackOf(bill);
  return most(bill.recorded - bill.returned + least(atStripe, 0n), 0n);
};
/** What a note can still be over. */
export const creditableOf = (bill: Bill): bigint => {
  const credits = bill.creditMinor - sum(bill.notes.map(({ creditMinor }) => creditMinor));
  const left = bill.totalMinor + bill.creditMinor - notedOf(bill);
  return least(left, openOf(bill) + keptOf(bill) + credits);
};
export const isPaid = (bill: Bill): boolean => openOf(bill) === 0n;

export const sum = (amounts: readonly bigint[]): bigint => amounts.reduce((all, one) => all + one, 0n);
export const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Rounded to a whole, half away from zero. */
export function half(numerator: bigint, denominator: bigint): bigint {
  const sign = numerator < 0n ? -1n : 1n;
  return (sign * (sign * numerator * 2n + denominator)) / (denominator * 2n);
}
