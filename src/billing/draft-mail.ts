import type { Currency } from '../domain/money/currency.ts';
import { type Composed, composeMail } from '../notify/templates/compose.ts';
import { composeEndpointMail } from '../notify/templates/endpoints.ts';
import type { Sql } from '../store/database.ts';
import {
  type EndpointMailSubject,
  type InvoiceMailSubject,
  type Recipient,
  readEndpointMailSubject,
  readInvoiceMailSubject,
} from '../store/message-subjects.ts';
import type { ClaimedMessage, EndpointMailKind, InvoiceMailKind } from '../store/messages.ts';

/** A mail that is about to be sent, from the books as they are now. */
export type Draft = {
  recipients: Recipient[];
  /** Why it would say something that is not so any more. */
  outdatedBy?: string | undefined;
  compose(): Composed;
};

export type From = {
  /** Who signs where no seller is named. */
  name: string;
  /** Where browsers find the pages, without a slash at its end. */
  publicUrl: string;
};

/** Reads what a claimed mail is about. */
export async function draftMail(sql: Sql, claimed: ClaimedMessage, from: From): Promise<Draft> {
  return claimed.invoiceId === null
    ? aboutEndpoint(claimed.kind, await readEndpointMailSubject(sql, claimed.id), from)
    : aboutInvoice(claimed.kind, await readInvoiceMailSubject(sql, claimed.id), from);
}

function aboutInvoice(kind: InvoiceMailKind, subject: InvoiceMailSubject, from: From): Draft {
  const { name, email, others, language, number, currency, totalMinor, paidMinor, dueOn, url, ordinal } = subject;
  const invoice = { number, currency: currency as Currency, totalMinor, paidMinor, dueOn, url };
  const seller = subject.seller ?? from.name;
  return {
    recipients: [...(email === null ? [] : [{ name, address: email }]), ...others],
    outdatedBy: whatOutdates(kind, subject),
    compose: () => composeMail({ kind, language, customer: { name }, invoice, ordinal, seller }),
  };
}

function whatOutdates(kind: InvoiceMailKind, { lifecycle, payment, paidMinor }: InvoiceMailSubject) {
  if (lifecycle === 'void') return 'void';
  // What has been given up meanwhile is still open: who pays it all the same has paid it.
  if (kind !== 'payment-received' && payment === 'paid') return 'paid';
  // A credit note has left nothing to pay: nobody is thanked for a payment that was none.
  return kind === 'payment-received' && paidMinor === 0n ? 'nothing-paid' : undefined;
}

function aboutEndpoint(kind: EndpointMailKind, subject: EndpointMailSubject, from: From): Draft {
  const { endpointId, customerId, isSo, recipients, url, language, lastAnswer, failingSince } = subject;
  const pages = customerId === null ? `${from.publicUrl}/operations` : from.publicUrl;
  return {
    recipients,
    outdatedBy: isSo ? undefined : 'endpoint-changed',
    compose: () =>
      composeEndpointMail({
        kind,
        language,
        // One mail for all of them, so that it greets nobody by name unless there is only one.
        name: recipients.length === 1 ? (recipients[0]?.name ?? '') : '',
        endpoint: { url: url ?? '', lastAnswer, failingSince, page: `${pages}/developers/webhooks/${endpointId}` },
        seller: subject.seller ?? from.name,
      }),
  };
}
