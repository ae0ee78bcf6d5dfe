import { linesOf, renderInvoice } from '../objects/invoice.ts';
import type { InvoiceRecord } from '../objects/records.ts';
import type { Business } from '../objects/wire.ts';
import { type State, Transaction } from '../state.ts';
import { cardForm } from './card-form.ts';
import { escapeHtml, linesTable, page } from './frame.ts';

/**
 * The page behind `hosted_invoice_url`, on which the customer sees what is due and pays it by a card. Lines stand in the
 * order of sending. @param said what went wrong just now
 */
export function invoicePage(invoice: InvoiceRecord, state: State, business: Business, said: string | null): string {
  const tx = new Transaction(state);
  const shown = renderInvoice(invoice, tx, business);
  const lines = linesOf(invoice, tx)
    .reverse()
    .map(({ description, quantity, amount }) => ({ description: description ?? '', quantity, amount }));
  const tax = shown.total - (shown.total_excluding_tax ?? shown.total);
  const sums: [string, number][] = [
    ['Subtotal', shown.subtotal],
    ...(tax === 0 ? [] : [['Tax', tax] as [string, number]]),
    ['Total', shown.total],
    ...(shown.amount_paid === 0 ? [] : [['Paid', shown.amount_paid] as [string, number]]),
    ['Amount due', shown.amount_remaining],
  ];
  const due = shown.due_date === null ? '' : `, due on ${new Date(shown.due_date * 1000).toISOString().slice(0, 10)}`;
  const waits = (invoice.paymentIds ?? []).some((id) => {
    return tx.get('paymentIntent', tx.get('invoicePayment', id)?.paymentIntent ?? '')?.status === 'requires_action';
  });
  return page(
    `Invoice ${shown.number ?? invoice.id}`,
    `<p>${escapeHtml(business.accountName)} to ${escapeHtml(shown.customer_name ?? invoice.customer)}, status
     <strong>${shown.status}</strong>${due}</p>
     <div class="paper">${linesTable(lines, sums, invoice.currency)}</div>
     ${shown.status === 'open' && shown.amount_remaining > 0 ? cardForm('Pay', waits, said) : ''}
     <p class="faint small">A page of the simulated Stripe: test cards only.</p>`,
  );
}
