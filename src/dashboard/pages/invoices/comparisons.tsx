import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react';
import type { ReactNode } from 'react';
import { Notice } from '../../ui/states.tsx';
import css from './comparisons.module.css';
import type { Proof } from './queries.ts';

/** Whether everything agrees, in one sentence. */
export function Verdict({ holds, children }: { holds: boolean; children: ReactNode }) {
  return (
    <Notice tone={holds ? 'good' : 'bad'} title={holds ? 'It all agrees' : 'Something differs'}>
      {children}
    </Notice>
  );
}

/** Things seen from two sides, each with its sentence. */
export function Comparisons({ comparisons }: { comparisons: Proof['comparisons'] }) {
  return (
    <ul className={css['list']}>
      {comparisons.map(({ what, holds, sentence }) => (
        <li key={`${what} ${sentence}`}>
          <Sign holds={holds} />
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  );
}

function Sign({ holds }: { holds: boolean | null }) {
  if (holds === null)
    return <CircleDashed className={css['open']} size={18} role="img" aria-label="Not comparable yet" />;
  return holds ? (
    <CircleCheck className={css['good']} size={18} role="img" aria-label="Agrees" />
  ) : (
    <CircleAlert className={css['bad']} size={18} role="img" aria-label="Differs" />
  );
}
