import {
  defaultPolicy,
  noPolicy,
  type Policy,
  type PolicyStep,
  parsePolicy,
  policyLimits,
} from '../domain/dunning/policy.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { findCustomer } from '../store/customers.ts';
import type { Database, Sql } from '../store/database.ts';
import {
  beginForOpenInvoices,
  lockSettings,
  type NoticeKind,
  policiesInUse,
  readCustomerPolicy,
  readNotices,
  readPolicies,
  replaceNotices,
  replacePolicies,
  setCustomerPolicy,
} from '../store/dunning-settings.ts';
import { settingsIdOf } from './ids.ts';

export type DunningSettings = { policies: Policy[]; notices: NoticeKind[] };

/** The policies of the deployment, and the mails that go out besides those of dunning. */
export async function readDunningSettings(sql: Sql): Promise<DunningSettings> {
  return { policies: await readPolicies(sql), notices: await readNotices(sql) };
}

/**
 * Makes the settings just these. An invoice that is followed up already keeps the policy with which it began; what is
 * open and not followed up is, only where that is asked for: whoever turns dunning on may not mean the bills of years.
 * @throws DurabillError dunning-policy-invalid, conflict
 */
export async function setDunning(
  database: Database,
  wanted: {
    policies: readonly { key: string; steps: readonly PolicyStep[] }[];
    notices: readonly NoticeKind[];
    alsoOpenInvoices?: boolean;
  },
  actor: string,
): Promise<DunningSettings & { begun: number }> {
  const policies = wanted.policies.map(({ key, steps }) => parsePolicy(key, steps));
  requireDistinct(policies);
  return await database.transaction(async (sql) => {
    await lockSettings(sql);
    await requireThoseInUse(sql, policies);
    await replacePolicies(sql, policies, actor);
    await replaceNotices(sql, wanted.notices, actor);
    const begun = wanted.alsoOpenInvoices === true ? await beginForOpenInvoices(sql) : 0;
    const detail = { policies, notices: wanted.notices, begun };
    const subjectId = settingsIdOf('dunning');
    await appendAudit(sql, [{ subjectKind: 'settings', subjectId, actor, action: 'dunning set', detail }]);
    return { ...(await readDunningSettings(sql)), begun };
  });
}

function requireDistinct(policies: readonly Policy[]): void {
  if (policies.length > policyLimits.policies) {
    const reason = `There may be ${policyLimits.policies} policies; these are ${policies.length}.`;
    throw new DurabillError('dunning-policy-invalid', { field: 'policies', reason });
  }
  const twice = policies.find(({ key }, index) => policies.findIndex((other) => other.key === key) !== index);
  if (twice === undefined) return;
  throw new DurabillError('dunning-policy-invalid', { field: 'policies', reason: `"${twice.key}" is there twice.` });
}

async function requireThoseInUse(sql: Sql, policies: readonly Policy[]): Promise<void> {
  const missing = await policiesInUse(sql, [noPolicy, ...policies.map(({ key }) => key)]);
  if (missing.length === 0) return;
  throw new DurabillError('conflict', {
    field: 'policies',
    reason: `Customers have ${missing.map((key) => `"${key}"`).join(', ')} as their policy.`,
    mend: 'Keep it, or give them another one first.',
  });
}

/** @returns the key of the policy that is the customer's, `none`, or null where the deployment's default is */
export async function readCustomerDunning(sql: Sql, reference: string): Promise<{ policy: string | null }> {
  const customer = await findCustomer(sql, reference);
  if (customer === undefined) throw unknownCustomer(reference);
  return { policy: (await readCustomerPolicy(sql, customer.id)) ?? null };
}

/**
 * Gives a customer a policy of its own, for invoices that begin to be followed up from now on.
 * @param wanted.policy a key, `none` for never, null for the deployment's default
 * @throws DurabillError not-found, dunning-policy-invalid
 */
export async function setCustomerDunning(
  database: Database,
  reference: string,
  { policy }: { policy: string | null },
  actor: string,
): Promise<{ policy: string | null }> {
  return await database.transaction(async (sql) => {
    await lockSettings(sql);
    const customer = await findCustomer(sql, reference);
    if (customer === undefined) throw unknownCustomer(reference);
    const keys = (await readPolicies(sql)).map(({ key }) => key);
    if (policy !== null && policy !== noPolicy && !keys.includes(policy)) {
      throw new DurabillError('dunning-policy-invalid', {
        field: 'policy',
        reason: `There is no policy "${policy.slice(0, 40)}".`,
        mend: `Name one of GET /v1/settings/dunning, "${noPolicy}", or null for "${defaultPolicy}".`,
      });
    }
    await setCustomerPolicy(sql, customer.id, policy, actor);
    const detail = { policy };
    await appendAudit(sql, [
      { subjectKind: 'customer', subjectId: customer.id, actor, action: 'dunning policy set', detail },
    ]);
    return { policy };
  });
}

function unknownCustomer(reference: string): DurabillError {
  return new DurabillError('not-found', { field: 'id', reason: `There is no customer "${reference.slice(0, 255)}".` });
}
