import type Stripe from 'stripe';
import type { MethodPage, PageOrder, SavedMethod, SavedMethods } from '../collector.ts';
import type { RequestLog } from '../port.ts';
import { sessionMark } from './invoice-params.ts';
import { asStripe, carryOut, clockSlackSeconds } from './steps.ts';

/** Payment methods by Stripe's own page (Checkout in the mode `setup`): a card is entered there and stays there. */
export function createSavedMethods(stripe: Stripe): SavedMethods {
  const readPage = async (remotePageId: string) =>
    pageOf(
      await asStripe(() =>
        stripe.checkout.sessions.retrieve(remotePageId, { expand: ['setup_intent.payment_method'] }),
      ),
    );
  return {
    readPage,
    async openPage(order, log) {
      const { id, answer } = await openPage(stripe, order, log);
      return answer === undefined ? await readPage(id) : pageOf(answer);
    },
    async makeDefault({ remoteCustomerId, methodId }, log) {
      await carryOut<Stripe.Customer>(log, {
        name: `default ${methodId} of ${remoteCustomerId}`,
        operation: 'customers.update',
        params: { invoice_settings: { default_payment_method: methodId } },
        send: (params, options) => stripe.customers.update(remoteCustomerId, params, options),
        look: async () => {
          const found = await stripe.customers.retrieve(remoteCustomerId);
          return found.deleted || found.invoice_settings.default_payment_method !== methodId ? undefined : found;
        },
      });
    },
    async detachAll(remoteCustomerId, log) {
      const saved: string[] = [];
      await asStripe(async () => {
        const listed = { customer: remoteCustomerId, limit: 100 };
        for await (const { id } of stripe.paymentMethods.list(listed)) saved.push(id);
      });
      for (const id of saved) {
        await carryOut<Stripe.PaymentMethod>(log, {
          name: `detach ${id}`,
          operation: 'paymentMethods.detach',
          params: {},
          send: (params, options) => stripe.paymentMethods.detach(id, params, options),
          look: async () => {
            const found = await stripe.paymentMethods.retrieve(id);
            return found.customer === null ? found : undefined;
          },
        });
      }
    },
  };
}

async function openPage(
  stripe: Stripe,
  { sessionId, remoteCustomerId, currency, returnUrl }: PageOrder,
  log: RequestLog,
) {
  return await carryOut<Stripe.Checkout.Session>(log, {
    name: `session ${sessionId}`,
    operation: 'checkout.sessions.create',
    params: {
      mode: 'setup',
      customer: remoteCustomerId,
      currency: currency.toLowerCase(),
      success_url: returnUrl,
      cancel_url: returnUrl,
      metadata: { [sessionMark]: sessionId },
    },
    send: (params, options) => stripe.checkout.sessions.create(params as Stripe.Checkout.SessionCreateParams, options),
    look: async ({ firstSentAt }) => {
      const since = Math.floor(firstSentAt.getTime() / 1_000) - clockSlackSeconds;
      const listed = { customer: remoteCustomerId, created: { gte: since }, limit: 100 };
      for await (const found of stripe.checkout.sessions.list(listed)) {
        if (found.metadata?.[sessionMark] === sessionId) return found;
      }
      return undefined;
    },
  });
}

function pageOf(session: Stripe.Checkout.Session): MethodPage {
  const { setup_intent: intent } = session;
  const method = typeof intent === 'object' ? intent?.payment_method : undefined;
  return {
    remoteId: session.id,
    status: session.status === 'complete' ? 'complete' : session.status === 'expired' ? 'expired' : 'open',
    url: session.url,
    expiresAt: new Date(session.expires_at * 1_000),
    method: typeof method === 'object' && method !== null ? methodOf(method) : null,
  };
}

/** Cards and debits show the same few fields under the name of their kind. */
function methodOf(method: Stripe.PaymentMethod): SavedMethod {
  const shown = (method as unknown as Record<string, Partial<Stripe.PaymentMethod.Card> | undefined>)[method.type];
  return {
    remoteId: method.id,
    kind: method.type,
    brand: shown?.brand ?? null,
    last4: shown?.last4 ?? null,
    expMonth: shown?.exp_month ?? null,
    expYear: shown?.exp_year ?? null,
  };
}
