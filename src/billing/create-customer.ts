import { parseCurrency } from '../domain/money/currency.ts';
import { parseZone } from '../domain/period/zone.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { findErased } from '../store/customer-erasures.ts';
import { type Customer, findCustomer, insertCustomer } from '../store/customers.ts';
import type { Database, Sql } from '../store/database.ts';
import { readBeginnings } from '../store/subscription-views.ts';
import { uuidOrNull } from '../store/uuid.ts';
import { customerIdOf } from './ids.ts';
import { readInstant } from './instant.ts';
import { type Clock, getClock, realClockName } from './open-clock.ts';
import { subscribe } from './subscribe.ts';
import { readEmail, readText } from './text.ts';

export type NewCustomerInput = {
  /** The sender's own name for the customer, unique for ever. */
  externalId: string;
  name: string;
  email?: string;
  /** ISO 4217. */
  currency: string;
  /** IANA name: the months of its bills are calendar months there. */
  zone: string;
  /** Name of a clock; the real one unless said otherwise. */
  clock?: string;
  priority?: 'normal' | 'high';
  subscription?: {
    plan: string;
    /** RFC 3339; now on the customer's clock unless said otherwise. */
    startsAt?: string;
    billingGroup?: string;
  };
};

type Wanted = Omit<NewCustomerInput, 'email' | 'subscription'> & {
  email: string | null;
  clock: string;
  priority: 'normal' | 'high';
  subscription: { plan: string; startsAt: Date | undefined; billingGroup: string } | undefined;
};

/**
 * Creates a customer and, where asked, its first subscription, in one transaction. Asked again with the same content
 * it answers the customer that is there (`created` false), so a sender that lost the answer may repeat the request. A
 * repetition that leaves the start or the whole subscription out does not contradict what is stored.
 * @param actor who asks, for the audit log
 * @throws DurabillError request-invalid, currency-unknown, zone-unknown, clock-unknown, plan-unknown,
 *   currency-mismatch, conflict
 */
export async function createCustomer(
  database: Database,
  input: NewCustomerInput,
  actor: string,
): Promise<{ customer: Customer; created: boolean }> {
  const wanted = readInput(input);
  const clock = await getClock(database, wanted.clock);
  return await database.transaction(async (sql) => {
    const created = await insertNew(sql, wanted, clock, actor);
    const customer = await findCustomer(sql, wanted.externalId);
    if (customer === undefined && (await findErased(sql, [customerIdOf(wanted.externalId)])).size === 1) {
      throw new DurabillError('customer-erased', {
        field: 'externalId',
        reason: `The customer that was "${wanted.externalId}" has been erased.`,
        mend: 'Give it another external id: it begins anew, and nothing links it to the one that was erased.',
      });
    }
    if (customer === undefined) throw new Error(`customer ${wanted.externalId} was stored and then not found`);
    if (!created) await requireSame(sql, customer, wanted);
    return { customer, created };
  });
}

function readInput(input: NewCustomerInput): Wanted {
  const text = (value: string, field: string, name: string, maxLength: number) =>
    readText(value, { code: 'request-invalid', field, name, maxLength });
  const { subscription, email, clock = realClockName, priority = 'normal' } = input;
  const startsAt = subscription?.startsAt;
  return {
    externalId: readExternalId(text(input.externalId, 'externalId', 'The external id', 255)),
    name: text(input.name, 'name', 'The name', 255),
    email: email === undefined ? null : readEmail(text(email, 'email', 'The address', 320), 'email'),
    currency: parseCurrency(input.currency, 'currency'),
    zone: parseZone(input.zone, 'zone'),
    clock: text(clock, 'clock', 'The clock', 80),
    priority,
    subscription: subscription && {
      plan: text(subscription.plan, 'subscription.plan', 'The plan', 255),
      startsAt: startsAt === undefined ? undefined : readInstant(startsAt, 'subscription.startsAt'),
      billingGroup: subscription.billingGroup
        ? text(subscription.billingGroup, 'subscription.billingGroup', 'The billing group', 100)
        : '',
    },
  };
}

/** Our ids are UUIDs of version 5, and either id names a customer: no external id may ever be read as one of ours. */
function readExternalId(externalId: string): string {
  if (uuidOrNull(externalId)?.[14] === '5') {
    throw new DurabillError('request-invalid', {
      field: 'externalId',
      reason: `"${externalId}" is a UUID of version 5, the form of our own ids.`,
      mend: 'Put something before it, such as "customer-"; UUIDs of other versions are taken as they are.',
    });
  }
  return externalId;
}

async function insertNew(sql: Sql, wanted: Wanted, clock: Clock, actor: string): Promise<boolean> {
  const { externalId, name, email, currency, zone, priority, subscription } = wanted;
  const id = customerIdOf(externalId);
  if (!(await insertCustomer(sql, { id, externalId, clockId: clock.id, currency, zone, priority, name, email }))) {
    return false;
  }
  const detail = { clockId: clock.id, currency, zone, priority };
  await appendAudit(sql, [{ subjectKind: 'customer', subjectId: id, actor, action: 'created', detail }]);
  if (subscription !== undefined) {
    const { plan, startsAt = clock.now, billingGroup } = subscription;
    const { now } = clock;
    await subscribe(sql, { customerId: id, currency, zone, now, plan, startsAt, billingGroup }, actor);
  }
  return true;
}

async function requireSame(sql: Sql, stored: Customer, wanted: Wanted): Promise<void> {
  for (const field of ['name', 'email', 'currency', 'zone', 'clock', 'priority'] as const) {
    if (stored[field] !== wanted[field]) throw differs(stored, field);
  }
  const { subscription } = wanted;
  if (subscription === undefined) return;
  const { plan, startsAt: wantedStart, billingGroup } = subscription;
  // With what they began: a plan that was changed since does not contradict the request.
  const ofPlan = (await readBeginnings(sql, stored.id)).filter((one) => one.plan === plan);
  if (ofPlan.length === 0) throw differs(stored, 'subscription.plan');
  const ofStart = ofPlan.filter((one) => wantedStart === undefined || one.startsAt.getTime() === wantedStart.getTime());
  if (ofStart.length === 0) throw differs(stored, 'subscription.startsAt');
  if (!ofStart.some((one) => one.billingGroup === billingGroup)) throw differs(stored, 'subscription.billingGroup');
}

function differs(stored: Customer, field: string): DurabillError {
  return new DurabillError('conflict', {
    field,
    reason: `The customer "${stored.externalId}" is already stored with another value of ${field}.`,
  });
}
