import { DurabillError } from '../errors/error.ts';
import type { Database } from '../store/database.ts';
import { findMessage, type MessageView } from '../store/message-views.ts';
import { decideMessage, type MessageState } from '../store/messages.ts';
import { readReason } from './text.ts';

/**
 * Has a mail sent that has failed, that was left out, or of which nobody knows whether it was sent; under the id that it
 * had, by which a mail server may notice that it has it already.
 * @throws DurabillError not-found, message-refused, request-invalid
 */
export async function resendMail(
  database: Database,
  reference: string,
  input: { reason: string },
  actor: string,
): Promise<MessageView> {
  return await decide(database, reference, input, actor, { from: ['failed', 'unknown', 'skipped'], to: 'pending' });
}

/**
 * Leaves a mail as it is, so that nobody is alerted by it any more.
 * @throws DurabillError not-found, message-refused, request-invalid
 */
export async function dismissMail(
  database: Database,
  reference: string,
  input: { reason: string },
  actor: string,
): Promise<MessageView> {
  return await decide(database, reference, input, actor, { from: ['failed', 'unknown', 'pending'], to: 'skipped' });
}

async function decide(
  database: Database,
  reference: string,
  input: { reason: string },
  actor: string,
  change: { from: readonly MessageState[]; to: 'pending' | 'skipped' },
): Promise<MessageView> {
  const why = readReason(input.reason);
  const { id } = await getMessage(database, reference);
  const isDone = await decideMessage(database, { id, ...change, actor, why });
  const now = await getMessage(database, reference);
  if (isDone) return now;
  throw new DurabillError('message-refused', { reason: `The mail is ${now.state}.` });
}

/** @throws DurabillError not-found */
export async function getMessage(database: Database, reference: string): Promise<MessageView> {
  const found = await findMessage(database, reference);
  if (found !== undefined) return found;
  throw new DurabillError('not-found', { field: 'id', reason: `There is no mail "${reference.slice(0, 80)}".` });
}
