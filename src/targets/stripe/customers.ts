import type Stripe from 'stripe';
import type { OutgoingCustomer, RequestLog } from '../port.ts';
import { carryOut, clockSlackSeconds, ifThere } from './steps.ts';

const customerMark = 'durabill_customer';
const externalMark = 'durabill_external_id';
const taxIdMark = 'durabill_tax_ids';

/** Stripe's limit for one value of metadata. */
const longestMetadata = 500;

/** The language cannot be taken away there, but it can say nothing: everybody's is English unless they name one. */
const nothingPersonal = { preferred_locales: ['en'] };

/** Creates the customer unless an earlier call did. @returns its id at Stripe */
export async function createCustomer(stripe: Stripe, customer: OutgoingCustomer, log: RequestLog): Promise<string> {
  const { knownRemoteId = null } = customer;
  const { id } = await carryOut<Stripe.Customer>(log, {
    name: 'create',
    operation: 'customers.create',
    params: {
      ...contactOf(customer),
      metadata: { [customerMark]: customer.id, [externalMark]: customer.externalId, ...taxIdsOf(customer) },
    },
    send: (params, options) => stripe.customers.create(params, options),
    lookFirst: knownRemoteId !== null,
    look: async ({ firstSentAt }) => {
      if (knownRemoteId !== null) {
        const known = await ifThere(stripe.customers.retrieve(knownRemoteId));
        if (known !== undefined && !known.deleted) return known;
      }
      const since = Math.floor(firstSentAt.getTime() / 1_000) - clockSlackSeconds;
      for await (const found of stripe.customers.list({ created: { gte: since }, limit: 100 })) {
        if (found.metadata[customerMark] === customer.id) return found;
      }
      return undefined;
    },
  });
  return id;
}

/** Brings the contact there to what it is here. Each state of the contact is a step of its own, named by its instant. */
export async function updateCustomer(
  stripe: Stripe,
  customer: OutgoingCustomer,
  remoteId: string,
  log: RequestLog,
): Promise<void> {
  const { externalId, isErased = false } = customer;
  const isTakenAway = isErased || customer.address === null;
  const params = {
    ...contactOf(customer),
    email: customer.email ?? '',
    ...(isTakenAway && { address: '' as const }),
    ...(isErased && nothingPersonal),
    // Empty text takes a name out of the metadata there.
    metadata: { ...(isErased && { [externalMark]: externalId }), [taxIdMark]: '', ...taxIdsOf(customer) },
  };
  await carryOut<Stripe.Customer>(log, {
    name: `update ${customer.contactAt.toISOString()} of ${remoteId}`,
    operation: 'customers.update',
    params,
    send: (stored, options) => stripe.customers.update(remoteId, stored, options),
    look: async () => {
      const found = await stripe.customers.retrieve(remoteId);
      if (found.deleted) return undefined;
      const isMarked = Object.entries(params.metadata).every(([name, text]) => (found.metadata[name] ?? '') === text);
      return isMarked && isAsSent(found, params) ? found : undefined;
    },
  });
}

/** As metadata: Stripe's own tax ids have its own rules of form, by which a bill could be kept from being sent. */
function taxIdsOf({ taxIds = [] }: OutgoingCustomer) {
  const text = taxIds.map(({ type, value }) => `${type} ${value}`).join(', ');
  return text === '' ? {} : { [taxIdMark]: text.slice(0, longestMetadata) };
}

function contactOf({ name, email, address, language }: OutgoingCustomer) {
  return {
    name,
    ...(email !== null && { email }),
    ...(address != null && { address: addressOf(address) }),
    ...(language != null && { preferred_locales: [language] }),
  };
}

/** Stripe has two lines before the city: what is more stands on the second. */
function addressOf({ lines, city, postalCode, region, country }: NonNullable<OutgoingCustomer['address']>) {
  const [line1 = '', ...rest] = lines;
  return {
    line1,
    ...(rest.length > 0 && { line2: rest.join(', ') }),
    ...(city !== null && { city }),
    ...(postalCode !== null && { postal_code: postalCode }),
    ...(region !== null && { state: region }),
    country,
  };
}

type Sent = Omit<ReturnType<typeof contactOf>, 'address'> & { address?: ReturnType<typeof addressOf> | '' };

function isAsSent(found: Stripe.Customer, { address, preferred_locales: locales, ...sent }: Sent): boolean {
  const hasAddress =
    address === ''
      ? found.address == null
      : Object.entries(address ?? {}).every(([name, value]) => found.address?.[name as keyof Stripe.Address] === value);
  const hasLocale = locales === undefined || found.preferred_locales?.[0] === locales[0];
  return found.name === sent.name && (found.email ?? '') === (sent.email ?? '') && hasAddress && hasLocale;
}
