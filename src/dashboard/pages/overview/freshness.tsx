import { RadioTower } from 'lucide-react';
import type { Expected } from '../../expected-bill.ts';
import { Card } from '../../ui/card.tsx';
import { When } from '../../ui/format.tsx';
import css from './overview.module.css';

/** How fresh the numbers are: until when usage counts, and what was heard last. */
export function Freshness({ expected }: { expected: Expected }) {
  const { asOf, freshness } = expected;
  return (
    <Card
      title={
        <span className="row">
          <RadioTower size={18} aria-hidden="true" /> How fresh this is
        </span>
      }
    >
      <div className="stack-tight">
        <p>
          All usage until <When at={asOf} time /> that has reached us is counted.
        </p>
        {freshness.types.length > 0 && (
          <ul className={css['heard']}>
            {freshness.types.map(({ eventType, lastOccurredAt }) => (
              <li key={eventType}>
                <code>{eventType}</code>
                {lastOccurredAt === null ? (
                  <span className="muted">nothing has come in yet</span>
                ) : (
                  <span className="muted">
                    latest of <When at={lastOccurredAt} time />
                  </span>
                )}
              </li>
            ))}
          </ul>
        )}
      </div>
    </Card>
  );
}
