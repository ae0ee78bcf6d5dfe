import { randomUUID } from 'node:crypto';
import type { Delivery, Mailer } from '../notify/mailer.ts';
import { type AccessMail, composeAccessMail } from '../notify/templates/access.ts';
import type { Sql } from '../store/database.ts';
import { readSeller } from '../store/seller-settings.ts';

export type AccessMailDependencies = {
  mailer: Mailer;
  /** As whom the mails are sent where no seller is named: the name stands below them, the domain in their ids. */
  sender: { name: string; domain: string };
};

/**
 * Hands over a mail with a link. It is kept nowhere and tried once: its secret must not lie in a table, and who has not got
 * it asks for another one.
 */
export async function sendAccessMail(
  sql: Sql,
  { mailer, sender }: AccessMailDependencies,
  mail: Omit<AccessMail, 'seller' | 'of' | 'language'> & { to: string; of?: string; language?: string },
): Promise<Delivery> {
  const found = await readSeller(sql);
  const seller = found?.legalName ?? sender.name;
  const language = mail.language ?? found?.language ?? 'en';
  const composed = composeAccessMail({ ...mail, seller, of: mail.of ?? seller, language });
  const messageId = `${randomUUID()}@${sender.domain}`;
  return await mailer.send({ messageId, to: { name: mail.name, address: mail.to }, ...composed });
}
