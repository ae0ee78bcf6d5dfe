import type { Formats } from '../../ui/format.tsx';
import type { Invoice, InvoiceRow } from './queries.ts';

/** Whether somebody can pay it now, and where. */
export function payPageOf(invoice: Pick<InvoiceRow, 'lifecycle' | 'wanted' | 'payment' | 'amountDueMinor' | 'copies'>) {
  const { lifecycle, wanted, payment, amountDueMinor, copies } = invoice;
  const isOpen = lifecycle === 'issued' && wanted === 'final' && payment !== 'paid' && amountDueMinor > 0;
  return isOpen ? (copies.find(({ url }) => url !== null)?.url ?? null) : null;
}

/** What comes next for an invoice, in one sentence; null where nothing does. */
export function nextStepOf(invoice: Invoice, formats: Formats): string | null {
  const { lifecycle, wanted, payment, dueAt, paymentDueOn, amountDueMinor, currency, collection } = invoice;
  if (wanted === 'void') return null;
  if (lifecycle === 'draft' || lifecycle === 'held') {
    return lifecycle === 'held'
      ? 'We are looking at it before it becomes final. You do not have to do anything.'
      : `It becomes final on ${formats.date(dueAt)}. Until then late usage and corrections still change it.`;
  }
  if (lifecycle !== 'issued' || payment === 'paid' || amountDueMinor <= 0) return null;
  const amount = formats.money(amountDueMinor, currency);
  if (collection === 'charge_automatically') return `We charge ${amount} to your saved payment method.`;
  return paymentDueOn === null ? null : `${amount} is to be paid by ${formats.day(paymentDueOn)}.`;
}
