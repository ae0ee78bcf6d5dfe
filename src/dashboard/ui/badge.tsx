import { CircleAlert, CircleCheck, CircleDot, Clock, Info } from 'lucide-react';
import type { ReactNode } from 'react';
import css from './badge.module.css';
import tones from './tone.module.css';

export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'info';

const icons = { neutral: CircleDot, good: CircleCheck, warn: Clock, bad: CircleAlert, info: Info };

/** A state in a word or two. It never stands on its colour alone: each tone has its own sign. */
export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }) {
  const Icon = icons[tone];
  return (
    <span className={`${css['badge']} ${tones[tone]}`}>
      <Icon size={14} aria-hidden="true" strokeWidth={2.25} />
      {children}
    </span>
  );
}
