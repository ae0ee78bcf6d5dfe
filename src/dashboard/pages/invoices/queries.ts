import { useQuery } from '@tanstack/react-query';
import { type AnswerOf, type ItemOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';

export type Invoice = AnswerOf<'/v1/invoices/{id}'>;
export type InvoiceRow = ItemOf<'/v1/invoices'>;
export type Line = Invoice['lines'][number];
export type Payments = AnswerOf<'/v1/invoices/{id}/payments'>;
export type Movement = Payments['movements'][number];
export type CreditNote = AnswerOf<'/v1/invoices/{id}/credit-notes'>['data'][number];
export type Proof = AnswerOf<'/v1/invoices/{id}/proof'>;
export type LineProof = Proof['lines'][number];
export type ProofEvent = ItemOf<'/v1/invoices/{id}/proof/events'>;

const byId = (id: string) => ({ params: { path: { id } } });

/** While somebody pays elsewhere, the page asks this often whether the money is there. */
const watchedEveryMs = 3_000;

/**
 * An invoice with its lines.
 * @param isWatched whether it is about to change, and shall be asked for again and again
 */
export function useInvoice(id: string, isWatched = false) {
  return useQuery({
    queryKey: ['invoice', id],
    queryFn: ({ signal }) => take(client.GET('/v1/invoices/{id}', { ...byId(id), signal })),
    refetchInterval: ({ state }) =>
      isWatched && state.data !== undefined && state.data.payment !== 'paid' ? watchedEveryMs : false,
    refetchIntervalInBackground: false,
  });
}

/** The money of an invoice; asked for again when what was paid, given back or credited has changed. */
export function usePayments(invoice: Invoice) {
  const { id, payment, amountPaidMinor, refundedMinor } = invoice;
  return useQuery({
    queryKey: ['invoice', id, 'payments', payment, amountPaidMinor, refundedMinor],
    queryFn: ({ signal }) => take(client.GET('/v1/invoices/{id}/payments', { ...byId(id), signal })),
  });
}

export function useCreditNotes({ id, creditedMinor }: Pick<Invoice, 'id' | 'creditedMinor'>) {
  return useQuery({
    queryKey: ['invoice', id, 'credit-notes', creditedMinor],
    queryFn: ({ signal }) => take(client.GET('/v1/invoices/{id}/credit-notes', { ...byId(id), signal })),
  });
}

/** The invoice computed again from the raw events: takes a moment, and stays as it was answered while the page is open. */
export function useProof(id: string) {
  return useQuery({
    queryKey: ['invoice', id, 'proof'],
    queryFn: ({ signal }) => take(client.GET('/v1/invoices/{id}/proof', { ...byId(id), signal })),
    staleTime: 5 * 60_000,
  });
}
