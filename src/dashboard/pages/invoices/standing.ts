import type { Formats } from '../../ui/format.tsx';
import type { Invoice, InvoiceRow } from './queries.ts';

/** Whether somebody can pay it now, and where. */
export function payPageOf(invoice: Pick<InvoiceRow, 'lifecycle' | 'wanted' | 'payment' | 'amountDueMinor' | 'copies'>) {
  const { lifecycle, wanted, payment, amountDueMinor, copies } = invoice;
  const isOpen = lifecycle === 'issued' && wanted === 'final' && payment !== 'paid' && amountDueMinor > 0;
  return isOpen ? (copies.find(({ url }) => url !== null)?.url ?? null) : null;
}

/**
 * Where an invoice stands, in one sentence with its days and amounts as its reader writes them; null where its name says it
 * all.
 */
export function standingSentence(invoice: Invoice, formats: Formats): string | null {
  const { standing, dueAt, paidAt, paymentDueOn, currency, collection } = invoice;
  const money = (minor: number) => formats.money(minor, currency);
  const due = money(invoice.amountDueMinor);
  const day = paymentDueOn === null ? null : formats.day(paymentDueOn);
  switch (standing) {
    case 'draft':
      return `It becomes final on ${formats.date(dueAt)}. Until then late usage and corrections still change it.`;
    case 'becoming-final':
      return 'It becomes final soon. Until then late usage and corrections still change it.';
    case 'held':
      return 'We are looking at it before it becomes final. You do not have to do anything.';
    case 'paid':
      return paidAt === null ? null : `It was paid on ${formats.date(paidAt)}.`;
    case 'partly-paid': {
      const paid = `${money(invoice.amountPaidMinor)} is paid.`;
      return day === null ? paid : `${paid} Left to be paid by ${day}: ${due}.`;
    }
    case 'overdue':
      return `${due} was to be paid by ${day}.`;
    case 'open':
    case 'on-its-way':
    case 'tried-again':
    case 'waits-for-us':
      if (invoice.amountDueMinor <= 0) return null;
      if (collection === 'charge_automatically') return `We charge ${due} to your saved payment method.`;
      return day === null ? null : `${due} is to be paid by ${day}.`;
    default:
      return null;
  }
}
