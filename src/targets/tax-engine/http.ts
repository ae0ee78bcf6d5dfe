import { isDurabillError } from '../../errors/error.ts';
import { type TaxAnswer, type TaxEngine, TaxEngineError, type TaxQuestion } from './port.ts';
import { readTaxAnswer } from './read-answer.ts';

export type HttpTaxEngine = { url: string; token: string | undefined; timeoutMs?: number };

/** More than the answers to 100 questions need; the rest of a longer body is not read. */
const maxAnswerBytes = 4 * 1_024 * 1_024;

/**
 * An engine that is asked by HTTP: `POST {"questions": […]}` is answered by 200 and `{"answers": […]}`, in any order.
 * A connector to a tax service is a small program of this form. It is asked once: the next due scan asks again.
 */
export function createHttpTaxEngine({ url, token, timeoutMs = 10_000 }: HttpTaxEngine): TaxEngine {
  return {
    async quote(questions) {
      const body = await ask(url, token, timeoutMs, questions);
      const answers = readAnswers(body);
      return questions.map((question) => answerTo(question, answers));
    },
  };
}

async function ask(
  url: string,
  token: string | undefined,
  timeoutMs: number,
  questions: readonly TaxQuestion[],
): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ questions }),
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: Error) => {
    const why = cause.name === 'TimeoutError' ? `did not answer within ${timeoutMs} ms` : 'cannot be reached';
    throw new TaxEngineError(`The tax engine ${why}.`, { cause });
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new TaxEngineError(`The tax engine answered with the status ${response.status}.`);
  }
  return await readBody(response);
}

async function readBody(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of response.body ?? []) {
      length += part.length;
      if (length > maxAnswerBytes) break;
      parts.push(part);
    }
  } catch (cause) {
    throw new TaxEngineError('The tax engine broke off its answer.', { cause });
  }
  if (length > maxAnswerBytes)
    throw new TaxEngineError(`The tax engine answered with more than ${maxAnswerBytes} bytes.`);
  return Buffer.concat(parts).toString('utf8');
}

function readAnswers(body: string): unknown[] {
  try {
    const { answers } = JSON.parse(body) as { answers?: unknown };
    if (Array.isArray(answers)) return answers;
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause;
  }
  throw new TaxEngineError('The tax engine answered with something else than {"answers": […]}.');
}

function answerTo({ invoiceId, items }: TaxQuestion, answers: readonly unknown[]): TaxAnswer {
  const index = answers.findIndex((one) => (one as { invoiceId?: unknown } | null)?.invoiceId === invoiceId);
  if (index < 0) throw new TaxEngineError(`The tax engine left out the invoice ${invoiceId}.`);
  try {
    return readTaxAnswer(answers[index], items, `answers[${index}]`);
  } catch (cause) {
    if (!isDurabillError(cause)) throw cause;
    throw new TaxEngineError(`The tax engine's answer cannot be used: ${cause.field}: ${cause.message}`, { cause });
  }
}
