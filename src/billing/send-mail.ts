import { crashPoint } from '../crash-points.ts';
import { mailWaitMs } from '../domain/mail/retry.ts';
import type { Currency } from '../domain/money/currency.ts';
import type { Delivery, Mailer } from '../notify/mailer.ts';
import { composeMail } from '../notify/templates/compose.ts';
import type { Database } from '../store/database.ts';
import { type ClaimedMessage, claimMessage, type Settled, settleMessage } from '../store/messages.ts';

export type MailDependencies = {
  database: Database;
  mailer: Mailer;
  /** As whom the mails are sent: the name stands below them, the domain in their ids. */
  sender: { name: string; domain: string };
};

export type MailOutcome = { message: string; state: Settled['state']; reason: string | null };

/**
 * Sends the mail that has been due the longest. It is claimed first, in a transaction of its own: of several processes
 * one has it, and if that one dies before it has told what came of it, nobody sends it again by itself.
 * @returns what came of it; undefined if none is due
 */
export async function sendMail({ database, mailer, sender }: MailDependencies): Promise<MailOutcome | undefined> {
  const claimed = await claimMessage(database, sender.domain);
  if (claimed === undefined) return undefined;
  crashPoint('mail.claimed');
  const settled = outOfPlace(claimed) ?? settledBy(await mailer.send(mailOf(claimed, sender.name)), claimed.tries);
  crashPoint('mail.answered');
  await settleMessage(database, claimed, settled);
  crashPoint('mail.settled');
  return { message: claimed.id, state: settled.state, reason: settled.reason };
}

/** What would say something that is not so any more, or cannot be sent at all. */
function outOfPlace({ kind, lifecycle, payment, paidMinor, email, others }: ClaimedMessage): Settled | undefined {
  if (lifecycle === 'void') return { state: 'skipped', reason: 'void' };
  // What has been given up meanwhile is still open: who pays it all the same has paid it.
  if (kind !== 'payment-received' && payment === 'paid') return { state: 'skipped', reason: 'paid' };
  // A credit note has left nothing to pay: nobody is thanked for a payment that was none.
  if (kind === 'payment-received' && paidMinor === 0n) return { state: 'skipped', reason: 'nothing-paid' };
  return email === null && others.length === 0 ? { state: 'failed', reason: 'no-address' } : undefined;
}

function mailOf(claimed: ClaimedMessage, seller: string) {
  const { name, email, messageId, kind, language, number, currency, totalMinor, paidMinor, dueOn, url, ordinal } =
    claimed;
  const invoice = { number, currency: currency as Currency, totalMinor, paidMinor, dueOn, url };
  const composed = composeMail({
    kind,
    language,
    customer: { name },
    invoice,
    ordinal,
    seller: claimed.seller ?? seller,
  });
  const recipients = [...(email === null ? [] : [{ name, address: email }]), ...claimed.others];
  const [to = { name, address: '' }, ...cc] = recipients;
  return { messageId, to, cc, ...composed };
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
