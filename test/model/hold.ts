import assert from 'node:assert/strict';
import { proveInvoice } from '../../src/billing/prove-invoice.ts';
import { remoteIdOf } from '../targets/collecting.ts';
import { assertBalanced } from '../billing/wallets/support.ts';
import { type Bill, isPaid, type Model, openOf, sum } from './model.ts';
import { balanceOf, type World } from './world.ts';

type Row = {
  id: string;
  number: string | null;
  lifecycle: string;
  payment: string;
  subtotalMinor: bigint;
  discountMinor: bigint;
  taxMinor: bigint;
  carriedMinor: bigint;
  creditMinor: bigint;
  totalMinor: bigint;
  paidMinor: bigint;
};

/** Holds the books against the model: each invoice, the numbers, the ledger, and that nothing is asked for twice. */
export async function holdBooks(model: Model, real: World): Promise<void> {
  const rows = await invoicesOf(real);
  assert.deepEqual(
    new Map(rows.map((row) => [row.id, toldOf(row)])),
    new Map(model.bills.map((bill) => [bill.id, expected(bill)])),
  );
  for (const bill of model.bills.filter(({ isSynced, state }) => isSynced && state === 'issued')) {
    assert.equal(rows.find(({ id }) => id === bill.id)?.payment, paymentOf(bill), `payment of ${bill.id}`);
  }
  await holdNumbers(model, real, rows);
  await assertBalanced(real.target.database);
  assert.equal(await balanceOf(real), model.balance, 'the balance');
  assert.equal(await walletOf(real), model.wallet, 'the wallet');
  assert.equal(await askedOf(real), model.askedMinor(), 'what is asked for in all');
}

async function invoicesOf({ target, customer }: World): Promise<Row[]> {
  const { rows } = await target.database.query<Row>(
    `SELECT i.id, i.number, s.lifecycle, s.payment, i.subtotal_minor AS "subtotalMinor", i.discount_minor AS "discountMinor",
       i.tax_minor AS "taxMinor", i.carried_minor AS "carriedMinor", i.credit_minor AS "creditMinor",
       i.total_minor AS "totalMinor", s.amount_paid_minor AS "paidMinor"
     FROM invoices i JOIN invoice_states s ON s.invoice_id = i.id WHERE i.customer_id = $1 ORDER BY i.number`,
    [customer],
  );
  return rows;
}

const toldOf = ({ lifecycle, ...row }: Row): string =>
  lifecycle === 'draft' ? lifecycle : [lifecycle, ...sumsOf(row), `paid ${row.paidMinor}`].join(', ');

const expected = (bill: Bill): string => {
  if (bill.state === 'draft') return bill.state;
  const lifecycle = bill.state === 'void' ? 'void' : 'issued';
  return [lifecycle, ...sumsOf(bill), `paid ${bill.collected + bill.recorded}`].join(', ');
};

function sumsOf(one: Pick<Row, 'subtotalMinor' | 'discountMinor' | 'taxMinor' | 'carriedMinor' | 'creditMinor' | 'totalMinor'>) {
  const { subtotalMinor, discountMinor, taxMinor, carriedMinor, creditMinor, totalMinor } = one;
  return [
    `${subtotalMinor} - ${discountMinor} + ${taxMinor} + ${carriedMinor} - ${creditMinor} = ${totalMinor}`,
  ];
}

function paymentOf(bill: Bill): string {
  if (isPaid(bill)) return 'paid';
  return bill.collected + bill.recorded > 0n ? 'partly_paid' : 'unpaid';
}

/** A void keeps its number, so there are as many as were ever issued, one after the other. */
async function holdNumbers(model: Model, { target, business, customer }: World, rows: readonly Row[]): Promise<void> {
  const digits = (place: number) => String(place + 1).padStart(6, '0');
  assert.deepEqual(
    rows.flatMap(({ number }) => number ?? []),
    Array.from({ length: model.numbers }, (_, place) => `${business.numberPrefix}-${digits(place)}`),
  );
  const notes = await target.database.query<{ number: string }>(
    `SELECT n.number FROM credit_notes n JOIN invoices i ON i.id = n.invoice_id WHERE i.customer_id = $1 ORDER BY n.number`,
    [customer],
  );
  assert.deepEqual(
    notes.rows.map(({ number }) => number),
    Array.from({ length: model.noteNumbers }, (_, place) => `${business.numberPrefix}-CN-${digits(place)}`),
  );
}

async function walletOf({ target, customer }: World): Promise<bigint> {
  const { rows } = await target.database.query<{ held: bigint }>(
    `SELECT coalesce(sum(balance_minor), 0)::bigint AS held FROM ledger_accounts WHERE customer_id = $1 AND kind = 'grant'`,
    [customer],
  );
  return rows[0]!.held;
}

/** Charges of periods on invoices that count, and every item beside them, wherever it stands. */
async function askedOf({ target, customer }: World): Promise<bigint> {
  const { rows } = await target.database.query<{ asked: bigint }>(
    `SELECT ((SELECT coalesce(sum(l.amount_minor), 0) FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id
        JOIN invoice_states s ON s.invoice_id = i.id
        WHERE i.customer_id = $1 AND s.lifecycle = 'issued' AND l.period_id IS NOT NULL)
      + (SELECT coalesce(sum(amount_minor), 0) FROM pending_items WHERE customer_id = $1))::bigint AS asked`,
    [customer],
  );
  return rows[0]!.asked;
}

/** Holds Stripe's copies of what was touched and is said to be there against the model. */
export async function holdStripe(real: World): Promise<void> {
  for (const bill of real.touched) {
    if (!bill.isSynced) continue;
    await holdCopy(real, bill);
    real.touched.delete(bill);
  }
}

async function holdCopy({ target }: World, bill: Bill): Promise<void> {
  const remoteId = await remoteIdOf(target, bill.id);
  if (bill.state === 'void' && remoteId === undefined) return;
  if (bill.state === 'void') {
    // One that was never final there was deleted.
    const copy = await target.stripe.invoices.retrieve(remoteId).catch((error: { code?: string }) => error.code);
    assert.ok(copy === 'resource_missing' || (typeof copy === 'object' && copy.status === 'void'), 'void at Stripe');
    return;
  }
  const copy = await target.stripe.invoices.retrieve(remoteId);
  assert.deepEqual([copy.status, copy.total], [isPaid(bill) ? 'paid' : 'open', Number(bill.totalMinor)], bill.id);
  const lines = copy.lines.data.map(({ amount }) => BigInt(amount));
  const taxes = (copy.total_taxes ?? []).map(({ amount }) => BigInt(amount));
  assert.equal(sum([...lines, ...taxes]), bill.totalMinor, 'lines and taxes at Stripe');
  if (bill.recorded === 0n) assert.equal(copy.amount_remaining, Number(openOf(bill)), 'still to be paid at Stripe');
}

/** Every invoice can be worked out again from the events that counted when it was cut. */
export async function holdProofs({ bills }: Model, { target }: World): Promise<void> {
  for (const { id, state } of bills) {
    if (state === 'draft') continue;
    const proof = await proveInvoice(target.database, id);
    assert.deepEqual([proof?.failure, proof?.lines.filter(({ holds }) => !holds)], [null, []]);
  }
}
