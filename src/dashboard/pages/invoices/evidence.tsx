import { Card, Facts } from '../../ui/card.tsx';
import { useFormats, When } from '../../ui/format.tsx';
import { QueryView, Skeleton } from '../../ui/states.tsx';
import { Comparisons, Verdict } from './comparisons.tsx';
import { type Invoice, type Line, type LineProof, useProof } from './queries.ts';

/** The line computed again from its raw events, and what has come in since. */
export function LineEvidence({ invoice, line }: { invoice: Invoice; line: Line }) {
  const query = useProof(invoice.id);
  return (
    <Card title="Computed again" description="Just now, from the raw events, by the same rules.">
      <QueryView query={query} skeleton={<Skeleton lines={4} label="Computing the line again from its events" />}>
        {(proof) => {
          const found = proof.lines.find(({ position }) => position === line.position);
          return found === undefined ? (
            <p>{proof.failure ?? 'This line cannot be computed again.'}</p>
          ) : (
            <Of proof={found} />
          );
        }}
      </QueryView>
    </Card>
  );
}

function Of({ proof: { holds, evidence, comparisons } }: { proof: LineProof }) {
  const formats = useFormats();
  return (
    <div className="stack">
      <Verdict holds={holds}>
        {holds ? 'The events give the same quantity and the same amount.' : 'The events give something else today.'}
      </Verdict>
      {evidence !== null && (
        <Facts
          facts={[
            ['Events counted', formats.number(evidence.events)],
            ...(evidence.firstAt !== null && evidence.lastAt !== null
              ? ([
                  ['The first', <When key="first" at={evidence.firstAt} time />],
                  ['The last', <When key="last" at={evidence.lastAt} time />],
                ] as const)
              : []),
            ...(evidence.late > 0
              ? ([['Arrived later, not on this invoice', formats.number(evidence.late)]] as const)
              : []),
            ...(evidence.corrected > 0 ? ([['Corrected since', formats.number(evidence.corrected)]] as const) : []),
          ]}
        />
      )}
      <Comparisons comparisons={comparisons} />
    </div>
  );
}
