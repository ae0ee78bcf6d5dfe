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
 * this time is all that is said.
 */
export function ProblemWords({ code, detail }: ProblemProps) {
  const words = useProblemWords(code);
  return (
    <Notice tone="warn" title={words?.operator === null ? undefined : plainly(code)}>
      <div className="stack-tight">
        {detail != null && <p>{detail}</p>}
        {words !== undefined && <Answers words={words} />}
      </div>
    </Notice>
  );
}
