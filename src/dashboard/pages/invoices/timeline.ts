import type { Formats } from '../../ui/format.tsx';
import type { CreditNote, Invoice, Movement, Payments } from './queries.ts';

/** One thing that happened to an invoice, in words for whoever pays it. */
export type Happening = { key: string; at: string; text: string; note?: string };

type Told = Omit<Happening, 'key' | 'at'>;

/** What may happen at one instant, in the order in which one comes of another. */
const kindsInOrder = [
  'draft',
  'issue',
  'attempt',
  'payment',
  'paid',
  'credit_note',
  'refund',
  'dispute',
  'uncollectible',
] as const;
type Kind = (typeof kindsInOrder)[number];

/** From the money back to the draft, the latest first as in every history on these pages; only what has happened. */
export function timelineOf(
  invoice: Invoice,
  payments: Payments,
  notes: readonly CreditNote[],
  formats: Formats,
): Happening[] {
  const { generatedAt, issuedAt, number, totalMinor, currency, paymentDueOn, paidAt } = invoice;
  const money = (minor: number) => formats.money(minor, currency);
  const happenings: (Happening & { kind: Kind })[] = [
    { key: 'draft', kind: 'draft', at: generatedAt, text: 'Drawn up from your usage, as a draft.' },
  ];
  if (issuedAt !== null) {
    happenings.push({
      key: 'issue',
      kind: 'issue',
      at: issuedAt,
      text: `Became final as ${number ?? 'an invoice'} over ${money(totalMinor)}.`,
      ...(paymentDueOn !== null && { note: `To be paid by ${formats.day(paymentDueOn)}.` }),
    });
  }
  for (const { issuedAt: at, number, totalMinor, memo } of notes) {
    const text = `Credit note ${number} over ${money(totalMinor)}.`;
    happenings.push({ key: number, kind: 'credit_note', at, text, ...(memo !== null && { note: memo }) });
  }
  const isPaymentKnown = payments.movements.some(({ kind }) => kind === 'payment');
  for (const movement of payments.movements) {
    // Of a charge that is under way the payment tells, as soon as it is heard of.
    if (movement.status === 'processing' && movement.kind === 'attempt' && isPaymentKnown) continue;
    const told = tellMovement(movement, money);
    if (told === null) continue;
    const { kind, id } = movement;
    happenings.push({ key: `${kind} ${id}`, kind, at: whenOf(movement, invoice, payments), ...told });
  }
  if (paidAt !== null) happenings.push({ key: 'paid', kind: 'paid', at: paidAt, text: 'Paid in full. Thank you.' });
  return happenings.sort(
    (a, b) => b.at.localeCompare(a.at) || kindsInOrder.indexOf(b.kind) - kindsInOrder.indexOf(a.kind),
  );
}

/**
 * A payment at Stripe is heard of after it has come in, and the invoice knows when it was paid: what paid it came in no later. Of
 * what was paid too much nothing is known but when it was heard of; and payments that were written down have their own days.
 */
function whenOf({ kind, status, at }: Movement, { paidAt }: Invoice, { overpaidMinor, movements }: Payments): string {
  const isWritten = movements.some((one) => one.kind === 'payment' && one.source !== 'stripe');
  const isPart = kind === 'payment' && cameIn.includes(status) && overpaidMinor === 0 && !isWritten;
  return isPart && paidAt !== null && paidAt < at ? paidAt : at;
}

/** States of a payment that is here. */
const cameIn: readonly string[] = ['succeeded', 'recorded', 'paid'];

function tellMovement(movement: Movement, money: (minor: number) => string): Told | null {
  const { kind, amountMinor, status, reference, reason } = movement;
  const amount = amountMinor === null ? 'what was open' : money(amountMinor);
  // There was nothing to charge or to give up any more, so nothing happened.
  if (status === 'not needed') return null;
  switch (kind) {
    case 'attempt':
      return tellAttempt(status, amountMinor === null ? null : amount);
    case 'payment':
      if (cameIn.includes(status)) {
        return { text: `${amount} came in.`, ...(reference !== null && { note: reference }) };
      }
      return { text: `A payment of ${amount} is on its way.`, note: plain(status) };
    case 'refund':
      return { text: `${amount} goes back to you.`, note: reason ?? plain(status) };
    case 'dispute':
      return { text: `Your bank asks back ${amount}.`, note: plain(status) };
    case 'uncollectible':
      return { text: 'We no longer expect this invoice to be paid.' };
    // A credit note has its own words above.
    case 'credit_note':
      return null;
    default:
      return null;
  }
}

function tellAttempt(status: string, amount: string | null): Told | null {
  if (status === 'wanted')
    return { text: `We are about to charge ${amount ?? 'what is open'} to your payment method.` };
  if (status === 'processing') return { text: `A charge of ${amount ?? 'what was open'} is on its way.` };
  // Of one that worked the payment tells.
  if (status !== 'declined') return null;
  return { text: `We tried to charge ${amount ?? 'what was open'} to your payment method.`, note: plain(status) };
}

function plain(status: string): string {
  const text = status.replaceAll('_', ' ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
