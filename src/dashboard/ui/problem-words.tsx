import { Answers } from './answers.tsx';
import { Notice } from './states.tsx';
import { plainly, useProblemWords } from './words.ts';

type ProblemProps = {
  /** Of an error, of a failure, or Stripe's own. */
  code: string;
  /** What was wrong this time, in a sentence. */
  detail?: string | null;
};

/**
 * What a code means, in the words of who looks. What customers have no words for is ours to look at, and the sentence of
 * this time is all that is said. Operators read that sentence in place of the general one, and what to do once: a reason
 * that was stored ends with it too.
 */
export function ProblemWords({ code, detail }: ProblemProps) {
  const words = useProblemWords(code);
  if (words === undefined) return <Notice tone="warn">{detail ?? plainly(code)}</Notice>;
  if (words.operator !== null) {
    const engineer = detail?.replace(words.operator, '').trim() || words.engineer;
    return (
      <Notice tone="warn">
        <Answers words={{ ...words, engineer }} />
      </Notice>
    );
  }
  return (
    <Notice tone="warn">
      <div className="stack-tight">
        {detail != null && <p>{detail}</p>}
        <Answers words={words} />
      </div>
    </Notice>
  );
}
