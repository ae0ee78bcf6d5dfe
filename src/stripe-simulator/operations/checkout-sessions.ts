import { invalid, missingParameter, resourceMissing } from '../errors.ts';
import { newId } from '../ids.ts';
import type { CheckoutSessionRecord } from '../objects/checkout-records.ts';
import { renderCheckoutSession, renderSetupIntent } from '../objects/checkout-session.ts';
import type { Checked } from '../schema.ts';
import { beyond, choice, expand, id, object, range, required } from '../schema.ts';
import type { Transaction } from '../state.ts';
import { sessionCreateParameters } from './checkout-session-parameters.ts';
import {
  asOfNow,
  existingSession,
  expire,
  longestSeconds,
  newSetupIntent,
  readSession,
  shortestSeconds,
} from './checkout-session-record.ts';
import { isBefore, pageParameters, paginate, validatePage, within } from './listing.ts';
import { mergeMetadata } from './metadata.ts';
import { type Call, operation } from './operation.ts';

type CreateParams = Checked<typeof sessionCreateParameters>;

function validateCreation(params: CreateParams, { now }: { now: number }): void {
  const { mode, customer, currency, success_url, expires_at: expiresAt } = params;
  if (mode === undefined) throw missingParameter('mode');
  if (mode !== 'setup')
    throw invalid(`The local simulator does not carry '${mode}'; use a Stripe sandbox for it.`, 'mode');
  if (success_url === undefined) throw missingParameter('success_url');
  if (!URL.canParse(success_url)) throw invalid('Not a valid URL', 'success_url');
  if (typeof params.cancel_url === 'string' && !URL.canParse(params.cancel_url)) {
    throw invalid('Not a valid URL', 'cancel_url');
  }
  // Which methods are offered depends on it, unless they are named.
  if (currency === undefined) throw missingParameter('currency');
  if (customer === undefined) throw missingParameter('customer');
  if (expiresAt === undefined) return;
  if (expiresAt < now + shortestSeconds || expiresAt > now + longestSeconds) {
    throw invalid('The `expires_at` timestamp must be from 30 minutes to 24 hours after the creation.', 'expires_at');
  }
}

function refuseMissingCustomer(customer: string, tx: Transaction): void {
  const found = tx.get('customer', customer);
  if (found === undefined || found.deleted) throw resourceMissing('customer', customer, 'customer', 'parameter');
}

function created({ params, tx, now, business }: Call<CreateParams>): CheckoutSessionRecord {
  const { customer = '', setup_intent_data: data } = params;
  refuseMissingCustomer(customer, tx);
  const intent = newSetupIntent(
    customer,
    {
      description: data?.description ?? null,
      metadata: mergeMetadata({}, data?.metadata, 'setup_intent_data[metadata]'),
    },
    now,
  );
  tx.put('setupIntent', intent);
  const session: CheckoutSessionRecord = {
    id: newId(`cs_${business.livemode ? 'live' : 'test'}`, 58),
    created: now,
    customer,
    currency: params.currency ?? business.currency,
    successUrl: params.success_url ?? '',
    cancelUrl: params.cancel_url ?? null,
    clientReferenceId: params.client_reference_id ?? null,
    metadata: mergeMetadata({}, params.metadata),
    setupIntent: intent.id,
    status: 'open',
    expiresAt: params.expires_at ?? now + longestSeconds,
  };
  tx.put('checkoutSession', session);
  return session;
}

export const checkoutSessionOperations = [
  operation({
    name: 'checkout.sessions.create',
    method: 'POST',
    path: '/v1/checkout/sessions',
    parameters: sessionCreateParameters,
    answers: 'checkout_session',
    validate: validateCreation,
    run: (call) => renderCheckoutSession(created(call), call.tx, call.business),
  }),
  operation({
    name: 'checkout.sessions.retrieve',
    method: 'GET',
    path: '/v1/checkout/sessions/{session}',
    parameters: { expand: expand() },
    answers: 'checkout_session',
    run: ({ ids, tx, now, business }) =>
      renderCheckoutSession(readSession(tx, ids['session'] ?? '', now), tx, business),
  }),
  operation({
    name: 'checkout.sessions.expire',
    method: 'POST',
    path: '/v1/checkout/sessions/{session}/expire',
    parameters: { expand: expand() },
    answers: 'checkout_session',
    run: ({ ids, tx, now, business }) => {
      const session = asOfNow(existingSession(tx, ids['session'] ?? ''), now);
      if (session.status !== 'open') {
        throw invalid(
          `Only Checkout Sessions with a status in ["open"] can be expired. This one is ${session.status}.`,
        );
      }
      return renderCheckoutSession(expire(session, tx), tx, business);
    },
  }),
  operation({
    name: 'checkout.sessions.list',
    method: 'GET',
    path: '/v1/checkout/sessions',
    parameters: {
      ...pageParameters,
      created: range(),
      customer: id(),
      customer_account: beyond(),
      customer_details: object({ email: required(id()) }),
      payment_intent: beyond(),
      payment_link: beyond(),
      status: choice('complete', 'expired', 'open'),
      subscription: beyond(),
    },
    answers: 'checkout_session',
    isList: true,
    validate: validatePage,
    run: ({ params, tx, now, business }) => {
      const { created: made, customer, customer_details: details, status } = params;
      return paginate(tx.all('checkoutSession'), params, {
        noun: 'checkout.session',
        url: '/v1/checkout/sessions',
        isTooOld: (session) => isBefore(made, session.created),
        filter: (session) =>
          (customer === undefined || session.customer === customer) &&
          (details === undefined || tx.get('customer', session.customer)?.email === details.email) &&
          (status === undefined || asOfNow(session, now).status === status) &&
          within(made, session.created),
        render: (session) => renderCheckoutSession(asOfNow(session, now), tx, business),
      });
    },
  }),
  operation({
    name: 'setupIntents.retrieve',
    method: 'GET',
    path: '/v1/setup_intents/{intent}',
    // The secret is what a browser sends; a secret key needs none.
    parameters: { client_secret: id(), expand: expand() },
    answers: 'setup_intent',
    run: ({ ids: { intent = '' }, tx, business }) => {
      const record = tx.get('setupIntent', intent);
      if (record === undefined) throw resourceMissing('setupintent', intent, 'intent', 'path');
      return renderSetupIntent(record, tx, business);
    },
  }),
];
