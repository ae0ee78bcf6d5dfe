import { crashPoint } from '../crash-points.ts';
import { mailWaitMs } from '../domain/mail/retry.ts';
import type { Delivery, Mail, Mailer } from '../notify/mailer.ts';
import type { Database } from '../store/database.ts';
import { claimMessage, type Settled, settleMessage } from '../store/messages.ts';
import { type Draft, draftMail } from './draft-mail.ts';

export type MailDependencies = {
  database: Database;
  mailer: Mailer;
  /** As whom the mails are sent: the name stands below them, the domain in their ids. */
  sender: { name: string; domain: string };
  /** Where browsers find the pages, without a slash at its end. */
  publicUrl: string;
};

export type MailOutcome = { message: string; state: Settled['state']; reason: string | null };

/**
 * Sends the mail that has been due the longest. It is claimed first, in a transaction of its own: of several processes
 * one has it, and if that one dies before it has told what came of it, nobody sends it again by itself.
 * @returns what came of it; undefined if none is due
 */
export async function sendMail({
  database,
  mailer,
  sender: { name, domain },
  publicUrl,
}: MailDependencies): Promise<MailOutcome | undefined> {
  const found = await database.transaction(async (sql) => {
    const claimed = await claimMessage(sql, domain);
    return claimed && { ...claimed, draft: await draftMail(sql, claimed, { name, publicUrl }) };
  });
  if (found === undefined) return undefined;
  const { draft, ...claimed } = found;
  crashPoint('mail.claimed');
  const settled = notSent(draft) ?? settledBy(await mailer.send(mailOf(draft, claimed.messageId)), claimed.tries);
  crashPoint('mail.answered');
  await settleMessage(database, claimed, settled, draft.recipients.length);
  crashPoint('mail.settled');
  return { message: claimed.id, state: settled.state, reason: settled.reason };
}

/** What would say something that is not so any more, or cannot be sent at all. */
function notSent({ outdatedBy, recipients }: Draft): Settled | undefined {
  if (outdatedBy !== undefined) return { state: 'skipped', reason: outdatedBy };
  return recipients.length === 0 ? { state: 'failed', reason: 'no-address' } : undefined;
}

function mailOf({ recipients, compose }: Draft, messageId: string): Mail {
  const [to = { name: '', address: '' }, ...cc] = recipients;
  return { messageId, to, cc, ...compose() };
}

function settledBy(delivery: Delivery, tries: number): Settled {
  switch (delivery.outcome) {
    case 'sent':
      return { state: 'sent', reason: null };
    case 'refused':
      return { state: 'failed', reason: delivery.reason };
    case 'unknown':
      return { state: 'unknown', reason: delivery.reason };
    case 'later': {
      const waitMs = mailWaitMs(tries, Math.random());
      const { reason } = delivery;
      return waitMs === undefined ? { state: 'failed', reason } : { state: 'pending', reason, waitMs };
    }
  }
}
