import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { readDocument } from '../../../client/document.ts';
import { client } from '../../api.ts';
import { Card } from '../../ui/card.tsx';
import { TextField } from '../../ui/field.tsx';
import { Empty, QueryView } from '../../ui/states.tsx';
import css from './developers.module.css';
import { groupsOf, type Operation } from './operations.ts';
import { useOwner } from './owner.tsx';

/** The addresses that a key of these may ask, from the API's own document. */
export function Reference() {
  const { customerId } = useOwner();
  const [search, setSearch] = useSearchParams();
  const wanted = search.get('find') ?? '';
  const query = useQuery({
    queryKey: ['openapi'],
    queryFn: ({ signal }) => readDocument(client, signal),
    staleTime: 3_600_000,
  });
  const find = (text: string) =>
    setSearch(
      (before) => {
        const next = new URLSearchParams(before);
        if (text === '') next.delete('find');
        else next.set('find', text);
        return next;
      },
      { replace: true, preventScrollReset: true },
    );
  const groups = useMemo(
    () => groupsOf(query.data, { onlyForCustomers: customerId !== null, wanted }),
    [query.data, customerId, wanted],
  );
  return (
    <div className="stack">
      <Card
        title="The API"
        description="Show a key as Authorization: Bearer dbk_… with every request. Amounts are whole numbers of minor units; instants are RFC 3339."
      >
        <TextField
          label="Find"
          value={wanted}
          onChange={find}
          placeholder="invoices"
          help="By address or by what it does."
        />
      </Card>
      <QueryView query={query}>
        {() =>
          groups.length === 0 ? (
            <Empty title="Nothing is called so">Try a part of the address, such as invoices.</Empty>
          ) : (
            groups.map(({ tag, description, operations }) => (
              <Card key={tag} title={`${tag[0]?.toUpperCase()}${tag.slice(1)}`} description={description} flush>
                {operations.map((operation) => (
                  <OperationEntry key={operation.id} of={operation} />
                ))}
              </Card>
            ))
          )
        }
      </QueryView>
    </div>
  );
}

function OperationEntry({ of: operation }: { of: Operation }) {
  const { method, path, summary, description, scope, parameters, request, answer } = operation;
  return (
    <details className={css['operation']}>
      <summary>
        <span className={`${css['method']} ${css[method.toLowerCase()] ?? ''}`}>{method}</span>
        <code className={css['route']}>{path}</code>
        <span className={css['summary']}>{summary}</span>
      </summary>
      <div className={css['inside']}>
        {description !== undefined && <p>{withCode(description)}</p>}
        {scope !== undefined && (
          <p className="muted">
            Needs the scope <code>{scope}</code>.
          </p>
        )}
        {parameters.length > 0 && (
          <>
            <h3>Parameters</h3>
            <dl className={css['parameters']}>
              {parameters.map(({ name, place, isRequired, says }) => (
                <div key={`${place} ${name}`}>
                  <dt>
                    <code>{name}</code>{' '}
                    <span className="muted">
                      {place}
                      {isRequired && ', required'}
                    </span>
                  </dt>
                  <dd>{withCode(says)}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
        {request !== undefined && <Example title="What is sent" json={request} />}
        {answer !== undefined && <Example title="What is answered" json={answer} />}
      </div>
    </details>
  );
}

function Example({ title, json }: { title: string; json: string }) {
  return (
    <>
      <h3>{title}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls is reached by the keyboard */}
      <pre className={css['code']} tabIndex={0}>
        {json}
      </pre>
    </>
  );
}

/** What stands between backticks is code. */
function withCode(text: string) {
  // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text never change places
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part));
}
