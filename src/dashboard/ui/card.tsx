import type { ReactNode } from 'react';
import css from './card.module.css';

type CardProps = {
  title?: ReactNode;
  /** A sentence below the title. */
  description?: ReactNode;
  /** At the right of the title: a button or link. */
  action?: ReactNode;
  /** The level of its heading; 2 unless it stands inside of another card. */
  level?: 2 | 3;
  /** Without the inner distance, for tables that reach the border. */
  flush?: boolean;
  tone?: 'plain' | 'good' | 'warn' | 'bad' | 'info';
  children?: ReactNode;
};

/** A part of a page with its heading. */
export function Card({ title, description, action, level = 2, flush = false, tone = 'plain', children }: CardProps) {
  const Heading = `h${level}` as const;
  return (
    <section className={`${css['card']} ${css[tone]}`}>
      {(title !== undefined || action !== undefined) && (
        <header className={css['header']}>
          <div className={css['titles']}>
            {title !== undefined && <Heading>{title}</Heading>}
            {description !== undefined && <p className="muted">{description}</p>}
          </div>
          {action}
        </header>
      )}
      {children !== undefined && <div className={flush ? css['flush'] : css['body']}>{children}</div>}
    </section>
  );
}

/** One figure with its name: the number first for the eye, its name first for a screen reader. */
export function Stat({
  label,
  value,
  note,
  size = 'normal',
}: {
  label: ReactNode;
  value: ReactNode;
  note?: ReactNode;
  size?: 'normal' | 'large';
}) {
  return (
    <dl className={css['stat']}>
      <dt className={css['label']}>{label}</dt>
      <dd className={`${css['value']} ${size === 'large' ? css['large'] : ''} number`}>{value}</dd>
      {note !== undefined && <dd className={css['note']}>{note}</dd>}
    </dl>
  );
}

/** Names and values below each other, such as the facts of an invoice. */
export function Facts({ facts }: { facts: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className={css['facts']}>
      {facts.map(([name, value]) => (
        <div key={name} className={css['fact']}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
