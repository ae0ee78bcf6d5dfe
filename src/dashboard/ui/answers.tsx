import css from './answers.module.css';
import type { CustomerWords, Readers } from './words.ts';

const questions = [
  ['happened', 'What happened'],
  ['meansForBill', 'What it means for the bill'],
  ['beingDone', 'What is being done'],
  ['youCan', 'What you can do'],
] as const satisfies readonly [keyof CustomerWords, string][];

/** The four answers that a customer is owed. */
function FourAnswers({ words }: { words: CustomerWords }) {
  return (
    <dl className={css['answers']}>
      {questions.map(([key, question]) => (
        <div key={key}>
          <dt>{question}</dt>
          <dd>{words[key]}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a reader is told: customers their four answers, operators the next step, and what the customer reads. */
export function Answers({ words: { engineer, operator, customer } }: { words: Readers }) {
  if (operator === null) return customer === null ? null : <FourAnswers words={customer} />;
  return (
    <>
      <dl className={css['answers']}>
        <div>
          <dt>What it is</dt>
          <dd>{withCode(engineer ?? '')}</dd>
        </div>
        <div>
          <dt>What to do</dt>
          <dd>{withCode(operator)}</dd>
        </div>
      </dl>
      {customer !== null && (
        <details className={css['theirs']}>
          <summary>What the customer reads</summary>
          <FourAnswers words={customer} />
        </details>
      )}
    </>
  );
}

/** Names of fields and answers stand between backticks in the catalogue. */
function withCode(text: string) {
  return text.split('`').map((part, index) => {
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places
    return index % 2 === 1 ? <code key={index}>{part}</code> : part;
  });
}
