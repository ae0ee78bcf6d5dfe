import { randomUUID } from 'node:crypto';
import { DurabillError } from '../errors/error.ts';
import { appendAudit } from '../store/audit.ts';
import { type Changes, type CorrectionKind, insertCorrection } from '../store/corrections.ts';
import { findCustomer } from '../store/customers.ts';
import type { Database } from '../store/database.ts';
import { readEmail, readReason, readText } from './text.ts';

export type NewCorrection = {
  /** External id, or ours. */
  customer: string;
  /** Name and e-mail: what is left out stays; an e-mail of null is taken away. */
  contact?: { name?: string; email?: string | null };
  /** Stripe's id of the customer that is ours. */
  remoteCustomerId?: string;
  reason: string;
};

/**
 * Stores a correction of a customer's contact, or of its link to Stripe, which the answer `fix` then applies. It is kept
 * apart since messages to workflows carry no personal data.
 * @returns its id, for the answer
 * @throws DurabillError request-invalid, not-found
 */
export async function storeCorrection(
  database: Database,
  input: NewCorrection,
  actor: string,
): Promise<{ id: string; kind: CorrectionKind }> {
  const { kind, changes } = readChanges(input);
  const reason = readReason(input.reason);
  const customer = await findCustomer(database, input.customer);
  if (customer === undefined) {
    throw new DurabillError('not-found', { field: 'id', reason: `There is no customer "${input.customer}".` });
  }
  const id = randomUUID();
  await database.transaction(async (sql) => {
    await insertCorrection(sql, { id, customerId: customer.id, kind, changes, reason, storedBy: actor });
    const detail = { correctionId: id, kind, fields: Object.keys(changes) };
    await appendAudit(sql, [
      { subjectKind: 'customer', subjectId: customer.id, actor, action: 'correction stored', detail },
    ]);
  });
  return { id, kind };
}

function readChanges({ contact, remoteCustomerId }: NewCorrection): { kind: CorrectionKind; changes: Changes } {
  if ((contact === undefined) === (remoteCustomerId === undefined)) {
    throw new DurabillError('request-invalid', {
      field: 'contact',
      reason: 'A correction is either of the contact or of the link to Stripe.',
      mend: 'Send `contact` or `remoteCustomerId`.',
    });
  }
  if (remoteCustomerId !== undefined) {
    if (!/^cus_[A-Za-z0-9]{1,250}$/.test(remoteCustomerId)) {
      throw new DurabillError('request-invalid', {
        field: 'remoteCustomerId',
        reason: `"${remoteCustomerId}" is no id of a customer at Stripe.`,
        mend: 'It begins with cus_ and stands on the customer’s page there.',
      });
    }
    return { kind: 'customer-mapping', changes: { remoteCustomerId } };
  }
  const { name, email } = contact ?? {};
  if (name === undefined && email === undefined) {
    throw new DurabillError('request-invalid', {
      field: 'contact',
      reason: 'The contact names nothing to correct.',
      mend: 'Send `name`, `email` or both.',
    });
  }
  const text = (value: string, field: string, title: string, maxLength: number) =>
    readText(value, { code: 'request-invalid', field, name: title, maxLength });
  return {
    kind: 'contact',
    changes: {
      ...(name !== undefined && { name: readName(text(name, 'contact.name', 'The name', 255)) }),
      ...(email !== undefined && {
        email: email === null ? null : readEmail(text(email, 'contact.email', 'The address', 320), 'contact.email'),
      }),
    },
  };
}

function readName(name: string): string {
  if (name.trim() !== '') return name;
  throw new DurabillError('request-invalid', {
    field: 'contact.name',
    reason: 'The name is blank.',
    mend: 'Leave it out if it stays.',
  });
}
