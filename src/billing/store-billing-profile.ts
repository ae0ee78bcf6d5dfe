import { isDeepStrictEqual } from 'node:util';
import type { BillingContact } from '../domain/party/party.ts';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { type CustomerBilling, readBilling, replaceBilling, touchContact } from '../store/customer-billing.ts';
import type { Database } from '../store/database.ts';
import { lockPayer } from '../store/subscription-views.ts';
import { type AddressInput, optionalText, readAddress, readLanguage } from './party-fields.ts';
import { readEmail, readText } from './text.ts';

export type BillingProfileInput = {
  legalName?: string | null;
  address?: AddressInput | null;
  language?: string | null;
  purchaseOrder?: string | null;
  memo?: string | null;
  /** Days from the issue to the day of payment; as they are if left out. */
  paymentTermsDays?: number;
  contacts?: { name: string; email: string; role?: string | null }[];
};

/** Whoever asks: the customer itself does not set the terms on which it pays, nor what our invoices say to it. */
export type ProfileAuthor = 'operator' | 'customer';

/**
 * Says whom a customer's invoices are made out to and on which terms. It is the whole profile: what is left out is taken
 * away, but for the days, which every customer has. What is issued stays as it is; drafts follow.
 * @param reference external id or id of the customer
 * @throws DurabillError not-found, request-invalid
 */
export async function storeBillingProfile(
  database: Database,
  reference: string,
  input: BillingProfileInput,
  actor: string,
  author: ProfileAuthor = 'operator',
): Promise<CustomerBilling & { customerId: string }> {
  const wanted = {
    legalName: optionalText(input.legalName, 'legalName', 255),
    address: input.address == null ? null : readAddress(input.address, 'address'),
    language: input.language == null ? null : readLanguage(input.language, 'language'),
    purchaseOrder: optionalText(input.purchaseOrder, 'purchaseOrder', 140),
    memo: optionalText(input.memo, 'memo', 2_000),
    contacts: (input.contacts ?? []).map(readContact),
  };
  return await database.transaction(async (sql) => {
    const payer = await lockPayer(sql, reference);
    if (payer === undefined) throw noCustomer(reference);
    const { customerId } = payer;
    const before = (await readBilling(sql, customerId)) as CustomerBilling;
    const after = { ...wanted, paymentTermsDays: input.paymentTermsDays ?? before.paymentTermsDays };
    if (author === 'customer') {
      refuseTerms(input, before);
      after.memo = before.memo;
    }
    const names = Object.keys(after) as (keyof CustomerBilling)[];
    const changed = names.filter((name) => !isDeepStrictEqual(before[name], after[name])).sort();
    if (changed.length === 0) return { customerId, ...after };
    await replaceBilling(sql, customerId, after);
    if (changed.includes('address') || changed.includes('language')) await touchContact(sql, customerId);
    // Which fields, never what they say: a chain cannot be erased.
    const detail = { changed };
    await appendAudit(sql, [
      { subjectKind: 'customer', subjectId: customerId, actor, action: 'billing profile changed', detail },
    ]);
    return { customerId, ...after };
  });
}

function refuseTerms({ paymentTermsDays, memo }: BillingProfileInput, before: CustomerBilling): void {
  const field =
    paymentTermsDays !== undefined && paymentTermsDays !== before.paymentTermsDays
      ? 'paymentTermsDays'
      : memo !== undefined && memo !== before.memo
        ? 'memo'
        : undefined;
  if (field === undefined) return;
  throw new DurabillError('request-invalid', {
    field,
    reason: `"${field}" is not for a customer to change.`,
    mend: 'Leave it out: it stays as it is.',
  });
}

function readContact(
  { name, email, role }: { name: string; email: string; role?: string | null },
  index: number,
): BillingContact {
  const at = `contacts[${index}]`;
  return {
    name: optionalText(name, `${at}.name`, 255) as string,
    email: readEmail(
      readText(email, { code: 'request-invalid', field: `${at}.email`, name: 'The address', maxLength: 320 }),
      `${at}.email`,
    ),
    role: optionalText(role, `${at}.role`, 100),
  };
}

export function noCustomer(reference: string, field = 'id'): DurabillError {
  return new DurabillError('not-found', { field, reason: `There is no customer "${reference.slice(0, 255)}".` });
}
