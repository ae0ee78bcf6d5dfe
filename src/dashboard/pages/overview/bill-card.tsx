import { useCustomerLink } from '../../customer.tsx';
import type { ExpectedBill } from '../../expected-bill.ts';
import { ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Money, Period, Quantity, useFormats } from '../../ui/format.tsx';
import { Notice } from '../../ui/states.tsx';
import { usageSearch } from '../usage/address.ts';
import css from './overview.module.css';

/** The bill of the running period: the total first, how far the period is, and what makes it up. */
export function BillCard({ bill, asOf, showsPeriod }: { bill: ExpectedBill; asOf: string; showsPeriod: boolean }) {
  const formats = useFormats();
  if (bill.failure !== null) {
    return (
      <Card title="Your expected bill">
        <Notice tone="warn" title="We cannot say what it will be right now">
          {bill.failure.reason}
        </Notice>
      </Card>
    );
  }
  return (
    <section className={css['bill']} aria-label="Expected bill">
      <header className={css['billHead']}>
        <h2>
          Expected bill for <Period startAt={bill.periodStartAt} endAt={bill.periodEndAt} />
          {showsPeriod && bill.billingGroup !== '' && <span className="muted"> · {bill.billingGroup}</span>}
        </h2>
        <p className={`${css['total']} number`} data-testid="expected-total">
          {formats.money(bill.totalMinor, bill.currency)}
        </p>
        <Elapsed bill={bill} asOf={asOf} />
      </header>
      <Parts bill={bill} />
      <Lines bill={bill} asOf={asOf} />
      <Sums bill={bill} />
    </section>
  );
}

const dayMs = 86_400_000;

function Elapsed({ bill, asOf }: { bill: ExpectedBill; asOf: string }) {
  const [from, to] = [Date.parse(bill.periodStartAt), Date.parse(bill.periodEndAt)];
  const part = Math.min(1, Math.max(0, (Date.parse(asOf) - from) / (to - from)));
  const left = Math.max(0, Math.ceil((to - Date.parse(asOf)) / dayMs));
  const said = left === 0 ? 'The period is over.' : `${left} ${left === 1 ? 'day' : 'days'} of the period left.`;
  return (
    <div className={css['elapsed']}>
      <div className={css['track']} aria-hidden="true">
        <div className={css['passed']} style={{ width: `${(part * 100).toFixed(1)}%` }} />
      </div>
      <p>So far. {said}</p>
    </div>
  );
}

const partNames = [
  ['usedMinor', 'Used so far', '--chart-1'],
  ['fixedMinor', 'Fixed for the period', '--chart-2'],
  ['aheadMinor', 'Ahead for the next one', '--chart-4'],
  ['boundMinor', 'Up to your minimum', '--chart-3'],
  ['onceMinor', 'On this bill only', '--chart-5'],
] as const;

/** What is used apart from what is committed, as one bar and its legend. */
function Parts({ bill }: { bill: ExpectedBill }) {
  const { parts, currency } = bill;
  const present = partNames.filter(([name]) => parts[name] !== 0);
  const sum = present.reduce((all, [name]) => all + Math.max(0, parts[name]), 0);
  if (present.length === 0) return null;
  return (
    <div className={css['parts']}>
      <div className={css['bar']} aria-hidden="true">
        {present.map(([name, , color]) => (
          <div
            key={name}
            style={{ flexGrow: sum === 0 ? 0 : Math.max(0, parts[name]) / sum, background: `var(${color})` }}
          />
        ))}
      </div>
      <dl className={css['legend']}>
        {present.map(([name, label, color]) => (
          <div key={name}>
            <dt>
              <span className={css['dot']} style={{ background: `var(${color})` }} aria-hidden="true" />
              {label}
            </dt>
            <dd>
              <Money minor={parts[name]} currency={currency} />
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Lines({ bill, asOf }: { bill: ExpectedBill; asOf: string }) {
  const to = useCustomerLink();
  return (
    <ul className={css['lines']} aria-label="Charges">
      {bill.lines.map((line) => {
        const until = line.periodEndAt !== null && line.periodEndAt < asOf ? line.periodEndAt : asOf;
        return (
          <li key={line.position}>
            <span className={css['lineName']}>
              {line.description}
              {line.meterKey !== null && line.quantity !== null && (
                <span className="muted">
                  <Quantity value={line.quantity} /> so far
                </span>
              )}
              {line.kind === 'ahead' && <span className="muted">for the next period</span>}
            </span>
            {line.meterKey !== null && line.periodStartAt !== null && line.periodStartAt < until && (
              <ButtonLink
                to={`${to('/usage')}?${usageSearch({ meter: line.meterKey, from: line.periodStartAt, to: until, ...partOf(line.filter) })}`}
                size="small"
                kind="quiet"
                aria-label={`Usage of ${line.description}`}
              >
                Usage
              </ButtonLink>
            )}
            <Money minor={line.amountMinor} currency={bill.currency} />
          </li>
        );
      })}
    </ul>
  );
}

/** The part of a meter that a charge is of, as far as the page of usage can show one: by one value, or split by one property. */
function partOf(filter: Record<string, string[]>): { only?: string; groupBy?: string } {
  const [[property, values] = [], ...others] = Object.entries(filter);
  if (property === undefined || values === undefined || others.length > 0) return {};
  return values.length === 1 ? { only: `${property}=${values[0]}` } : { groupBy: property };
}

/** From the charges to the total; nothing of it where there is nothing between them. */
function Sums({ bill }: { bill: ExpectedBill }) {
  const { currency } = bill;
  const rows: [string, number][] = [
    ...bill.discounts.map(({ name, amountMinor }): [string, number] => [name, -amountMinor]),
    ...bill.taxes
      .filter(({ isInclusive }) => !isInclusive)
      .map(({ name, percentage, amountMinor }): [string, number] => [`${name}, ${percentage} %`, amountMinor]),
    ...(bill.carriedMinor === 0 ? [] : ([['Carried to your balance', bill.carriedMinor]] satisfies [string, number][])),
    ...bill.credits
      .filter(({ source }) => source !== 'carried')
      .map(({ name, amountMinor }): [string, number] => [name, -amountMinor]),
  ];
  if (rows.length === 0) return null;
  return (
    <dl className={css['sums']}>
      <div>
        <dt>Charges</dt>
        <dd>
          <Money minor={bill.subtotalMinor} currency={currency} />
        </dd>
      </div>
      {rows.map(([name, minor], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may have the same name, and they never change places
        <div key={`${name} ${index}`}>
          <dt>{name}</dt>
          <dd>
            <Money minor={minor} currency={currency} />
          </dd>
        </div>
      ))}
      <div className={css['sumTotal']}>
        <dt>To pay</dt>
        <dd>
          <Money minor={bill.totalMinor} currency={currency} />
        </dd>
      </div>
    </dl>
  );
}
