import { appendAudit } from '../../store/audit.ts';
import type { Database } from '../../store/database.ts';
import { type Quoted, readQuotes, releaseQuoted, storeQuotes } from '../../store/tax-quotes.ts';
import { readTaxSettings } from '../../store/tax-settings.ts';
import { type TaxEngine, TaxEngineError } from '../../targets/tax-engine/port.ts';
import { writeTaxAnswer } from '../../targets/tax-engine/read-answer.ts';
import { type HashedQuestion, readTaxQuestions } from './tax-questions.ts';

/** Questions of one request. */
const questionsPerRequest = 100;

/**
 * Asks the outside engine which taxes are on these drafts, if the deployment has one, and stores what it says; questions
 * that it has answered before are not asked again. It is called before the transaction that issues them, so that nothing
 * is locked while somebody else's server thinks. Once the engine has failed, the rest is not asked: the next scan asks
 * again. Drafts that were held for nothing but a missing answer go on.
 */
export async function quoteTaxes(
  database: Database,
  engine: TaxEngine,
  invoiceIds: readonly string[],
  actor: string,
): Promise<void> {
  if ((await readTaxSettings(database)).engine !== 'outside') return;
  const questions = await readTaxQuestions(database, invoiceIds);
  const known = await readQuotes(database, questions);
  const open = questions.filter(({ invoiceId }) => (known.get(invoiceId)?.answer ?? null) === null);
  const quoted = await askAll(engine, open);
  await database.transaction(async (sql) => {
    await storeQuotes(sql, quoted);
    // Also those whose answer was there: who stored it may have died before they went on.
    const unanswered = new Set(quoted.flatMap(({ invoiceId, answer }) => (answer === null ? [invoiceId] : [])));
    const answered = questions.flatMap(({ invoiceId }) => (unanswered.has(invoiceId) ? [] : [invoiceId]));
    const released = await releaseQuoted(sql, answered);
    const detail = { because: 'the tax engine answered' };
    await appendAudit(
      sql,
      released.map((subjectId) => ({ subjectKind: 'invoice', subjectId, actor, action: 'released', detail })),
    );
  });
}

async function askAll(engine: TaxEngine, questions: readonly HashedQuestion[]): Promise<Quoted[]> {
  const quoted: Quoted[] = [];
  let failure: string | undefined;
  for (let first = 0; first < questions.length; first += questionsPerRequest) {
    const some = questions.slice(first, first + questionsPerRequest);
    const answers = failure === undefined ? await ask(engine, some) : failure;
    if (typeof answers === 'string') failure = answers;
    quoted.push(
      ...some.map(({ invoiceId, contentHash }, index): Quoted => {
        if (typeof answers === 'string') return { invoiceId, contentHash, answer: null, failure: answers };
        return { invoiceId, contentHash, answer: writeTaxAnswer(answers[index]!), failure: null };
      }),
    );
  }
  return quoted;
}

/** The answers, or why there are none. */
async function ask(engine: TaxEngine, some: readonly HashedQuestion[]) {
  try {
    return await engine.quote(some.map(({ question }) => question));
  } catch (error) {
    if (error instanceof TaxEngineError) return error.message;
    throw error;
  }
}
