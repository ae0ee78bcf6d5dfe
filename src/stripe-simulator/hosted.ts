import type { Core } from './core.ts';
import { CardDeclined, Refusal } from './errors.ts';
import type { CheckoutSessionRecord } from './objects/checkout-records.ts';
import { renderCheckoutSession } from './objects/checkout-session.ts';
import { renderInvoice } from './objects/invoice.ts';
import type { PaymentMethodRecord } from './objects/payment-records.ts';
import type { InvoiceRecord } from './objects/records.ts';
import type { Business } from './objects/wire.ts';
import { asOfNow, readSession } from './operations/checkout-session-record.ts';
import { payWith } from './operations/collection.ts';
import type { Call } from './operations/operation.ts';
import { newMethod } from './operations/payment-method-record.ts';
import { saveMethod } from './operations/save-method.ts';
import { escapeHtml, page } from './pages/frame.ts';
import { invoicePage } from './pages/invoice.ts';
import { setupPage } from './pages/setup.ts';
import { Transaction } from './state.ts';
import { testCardNumbered } from './test-cards.ts';
import { withoutRequest } from './without-request.ts';

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const invoicePrefix = '/i/';
const setupPrefix = '/c/pay/';

/** The pages on which a customer acts at Stripe itself: an invoice's, and one that saves a payment method. */
export function isHosted(path: string): boolean {
  return path.startsWith(invoicePrefix) || path.startsWith(setupPrefix);
}

/** GET shows the page, POST is its form. Nobody signs in: whoever has the address may act, as at Stripe. */
export function answerHosted(core: Core, business: Business, method: string, url: URL, body: string): Answer {
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return html(405, page('Not here', ''));
  const form = method === 'POST' ? new URLSearchParams(body) : null;
  return url.pathname.startsWith(setupPrefix)
    ? hostedSetup(core, business, url.pathname.slice(setupPrefix.length), form)
    : hostedInvoice(core, business, url.pathname.split('/')[3], form);
}

function hostedInvoice(
  core: Core,
  business: Business,
  token: string | undefined,
  form: URLSearchParams | null,
): Answer {
  const find = () => core.state.inOrderOfCreation('invoice').find(({ hostedToken }) => hostedToken === token);
  const invoice = find();
  if (token === undefined || invoice === undefined) return html(404, page('No such invoice', ''));
  const said = form === null ? null : trying(() => pay(core, business, invoice, form));
  return html(said === null ? 200 : 402, invoicePage(find() ?? invoice, core.state, business, said));
}

function pay(core: Core, business: Business, invoice: InvoiceRecord, form: URLSearchParams): void {
  const path = `/i/${business.accountId}/${invoice.hostedToken}`;
  const params = { invoice: invoice.id, ...told(form) };
  withoutRequest(core, business, { operation: 'hosted.invoices.pay', path, params }, (call) => {
    if (invoice.status !== 'open') throw new Refusal('This invoice is not waiting for a payment.');
    const intents = (invoice.paymentIds ?? []).flatMap((id) => {
      return call.tx.get('paymentIntent', call.tx.get('invoicePayment', id)?.paymentIntent ?? '') ?? [];
    });
    const waiting = intents.find(({ status }) => status === 'requires_action')?.paymentMethod ?? null;
    const { method, owner } = chosen(form, waiting, call);
    const paid = payWith(invoice, method, owner, call);
    return renderInvoice(paid, call.tx, business);
  });
}

function hostedSetup(core: Core, business: Business, id: string, form: URLSearchParams | null): Answer {
  const found = core.state.get('checkoutSession', id);
  if (found === undefined) return html(404, page('No such page', ''));
  const said = form === null ? null : trying(() => setUp(core, business, found, form));
  const tx = new Transaction(core.state);
  const session = asOfNow(core.state.get('checkoutSession', id) ?? found, core.clock.nowSeconds());
  if (form !== null && said === null) {
    const location = session.successUrl.replaceAll('{CHECKOUT_SESSION_ID}', session.id);
    return {
      ...html(303, page('Saved', `<p><a href="${escapeHtml(location)}">Go on</a></p>`)),
      headers: { Location: location },
    };
  }
  return html(said === null ? 200 : 402, setupPage(session, tx, business, said));
}

function setUp(
  core: Core,
  business: Business,
  { id, setupIntent }: CheckoutSessionRecord,
  form: URLSearchParams,
): void {
  const params = { session: id, ...told(form) };
  const act = { operation: 'hosted.checkout.sessions.complete', path: `/c/pay/${id}`, params };
  withoutRequest(core, business, act, (call) => {
    const session = readSession(call.tx, id, call.now);
    if (session.status !== 'open') throw new Refusal('This page is not open any more.');
    const waiting = call.tx.get('setupIntent', setupIntent)?.paymentMethod ?? null;
    const { method, owner } = chosen(form, waiting, call);
    return renderCheckoutSession(saveMethod(session, method, owner, call), call.tx, business);
  });
}

/** What the journal keeps of a form: which test card it was, never the number of another. */
function told(form: URLSearchParams): Record<string, string> {
  const card = testCardNumbered(form.get('number') ?? '');
  const consent = form.get('consent');
  return { ...(card === undefined ? {} : { card }), ...(consent === null ? {} : { consent }) };
}

/** The card that is entered, or the one that waits for its owner's consent once that was given or refused. */
function chosen(
  form: URLSearchParams,
  waiting: string | null,
  { tx, now }: Call,
): { method: PaymentMethodRecord; owner: 'asked' | 'away' | 'consented' } {
  const consent = form.get('consent');
  if (consent !== null) {
    const method = tx.get('paymentMethod', waiting ?? '');
    if (method === undefined) throw new Refusal('No card waits for a consent.');
    return { method, owner: consent === 'given' ? 'consented' : 'away' };
  }
  const card = testCardNumbered(form.get('number') ?? '');
  if (card === undefined) throw new Refusal('Your card number is incorrect. Only test cards are known here.');
  const method = newMethod(card, now);
  tx.put('paymentMethod', method);
  return { method, owner: 'asked' };
}

/** @returns what the customer reads when it did not succeed */
function trying(act: () => void): string | null {
  try {
    act();
    return null;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const asksConsent = error instanceof CardDeclined && error.body.error.code?.endsWith('requires_action');
    return asksConsent ? 'Your bank asks you to confirm this.' : error.message;
  }
}

function html(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body };
}
