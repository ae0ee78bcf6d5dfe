import { Card, Facts } from '../../ui/card.tsx';
import { Period, When } from '../../ui/format.tsx';
import type { Invoice } from './queries.ts';

type Parties = Invoice['parties'];
type Address = NonNullable<Parties['buyer']['address']>;

/** Who bills whom, on which terms, and when. */
export function PartiesOf({ invoice }: { invoice: Invoice }) {
  const { parties, periodStartAt, periodEndAt, zone, generatedAt, issuedAt, revision, replaces } = invoice;
  const { seller, buyer, memo, purchaseOrder, paymentTermsDays, isFrozen } = parties;
  return (
    <div className="stack">
      <div className="grid">
        {seller !== null && (
          <Card title="From">
            <p>{seller.legalName}</p>
            <Lines address={seller.address} />
            <TaxIds taxIds={seller.taxIds} />
          </Card>
        )}
        <Card
          title="To"
          description={isFrozen ? undefined : 'As your account says now; it is fixed when the invoice becomes final.'}
        >
          <p>{buyer.legalName ?? buyer.name}</p>
          <Lines address={buyer.address} />
          <TaxIds taxIds={buyer.taxIds} />
          {buyer.email !== null && <p>{buyer.email}</p>}
        </Card>
      </div>
      <Card title="Terms">
        <Facts
          facts={[
            ['Period', <Period key="period" startAt={periodStartAt} endAt={periodEndAt} zone={zone} />],
            ['Time zone', zone],
            ['Drawn up', <When key="drawn" at={generatedAt} zone={zone} time />],
            ...(issuedAt === null
              ? []
              : ([['Became final', <When key="issued" at={issuedAt} zone={zone} time />]] as const)),
            [
              'To be paid within',
              paymentTermsDays === 0 ? 'the day of the issue' : `${paymentTermsDays} days of the issue`,
            ],
            ...(purchaseOrder === null ? [] : ([['Your order', purchaseOrder]] as const)),
            ...(memo === null ? [] : ([['Note', memo]] as const)),
            ...(replaces === null
              ? []
              : ([['Replaces', `an earlier invoice that is void (this is revision ${revision})`]] as const)),
          ]}
        />
      </Card>
    </div>
  );
}

function Lines({ address }: { address: Address | null }) {
  if (address === null) return null;
  const { lines, city, postalCode, region, country } = address;
  const place = [postalCode, city, region].filter((part) => part !== null).join(' ');
  return (
    <p>
      {[...lines, place, country]
        .filter((line) => line !== '')
        .map((line) => (
          <span key={line} style={{ display: 'block' }}>
            {line}
          </span>
        ))}
    </p>
  );
}

function TaxIds({ taxIds }: { taxIds: Parties['buyer']['taxIds'] }) {
  return (
    <>
      {taxIds.map(({ type, value }) => (
        <p key={value} className="muted">
          {type.replaceAll('_', ' ').toUpperCase()} {value}
        </p>
      ))}
    </>
  );
}
