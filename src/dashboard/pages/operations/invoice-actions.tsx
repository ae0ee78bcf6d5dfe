import { ApiError, type BodyOf, take } from '../../../client/index.ts';
import { client } from '../../api.ts';
import { useMay } from '../../session.tsx';
import { ButtonLink } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import type { Invoice } from './invoice.tsx';
import { Action, because, type Given, type Outcome } from './parts/action.tsx';

type Kind = BodyOf<'/v1/invoices/{id}/answers'>['kind'];

const answering = 'operations:write';
const money = 'invoices:write';

/** What can be done to the invoice where it stands now, each by the same answer or use case as everywhere else. */
export function InvoiceActions({ invoice }: { invoice: Invoice }) {
  const { lifecycle, sync } = invoice;
  const isHeld = lifecycle === 'held';
  const isParked = sync === 'parked';
  const isHeldOnItsWay = isParked && invoice.parked?.code === 'held';
  const isOnItsWay = ['pending', 'queued', 'syncing', 'backing_off'].includes(sync);
  return (
    <Card title="What you can do">
      <div className="row">
        {isHeld && (
          <Release
            invoice={invoice}
            what="It becomes a draft again, and the next due scan computes, checks and issues it. What was found is let pass as far as it went; more of it, or something else, holds it again."
          />
        )}
        {isHeldOnItsWay && <Release invoice={invoice} what="It goes on to Stripe at once." />}
        {isParked && !isHeldOnItsWay && <Retry invoice={invoice} />}
        {isParked && !isHeldOnItsWay && <Fix invoice={invoice} />}
        {(lifecycle === 'draft' || isOnItsWay) && <Hold invoice={invoice} />}
        {lifecycle === 'issued' && !isParked && <SyncNow invoice={invoice} />}
        {(lifecycle === 'draft' || isHeld) && <Correct invoice={invoice} />}
        {lifecycle === 'issued' && invoice.wanted === 'final' && <Credit invoice={invoice} />}
        {(isHeld || isParked || sync === 'backing_off') && <Abandon invoice={invoice} />}
        {lifecycle === 'issued' && !isParked && sync !== 'backing_off' && <Void invoice={invoice} />}
        {(lifecycle === 'void' || lifecycle === 'skipped') && (
          <p className="muted">Nothing is left to do: it is {lifecycle === 'void' ? 'void' : 'over nothing'}.</p>
        )}
      </div>
    </Card>
  );
}

const changesOf = ({ id }: Invoice) => [
  ['operations', 'invoice', id],
  ['operations', 'invoices'],
  ['operations', 'summary'],
];

async function answer(
  invoice: Invoice,
  kind: Kind,
  given: { decisionId: string; reason: string; correctionId?: string },
  text: string,
): Promise<Outcome> {
  const isAnswer = kind !== 'hold';
  const taken = await take(
    client.POST('/v1/invoices/{id}/answers', {
      params: { path: { id: invoice.id } },
      body: {
        kind,
        ...given,
        ...(isAnswer && invoice.parked !== null && { parkingNumber: invoice.parked.parkingNumber }),
      },
    }),
  );
  return { text, workflowUrl: taken.workflowUrl, audit: { kind: 'invoice', id: invoice.id } };
}

function Release({ invoice, what }: { invoice: Invoice; what: string }) {
  return (
    <Action
      label="Release"
      kind="primary"
      title={invoice.number === null ? 'Release this draft?' : `Release ${invoice.number}?`}
      scope={answering}
      what={what}
      run={({ reason, id }) => answer(invoice, 'release', { decisionId: id, reason }, 'It is released.')}
      changes={changesOf(invoice)}
    />
  );
}

function Retry({ invoice }: { invoice: Invoice }) {
  return (
    <Action
      label="Try again"
      kind="primary"
      title={`Try ${invoice.number} again?`}
      scope={answering}
      what="For when the cause is mended: its sync goes on at once, and sends nothing that Stripe has already."
      run={({ reason, id }) => answer(invoice, 'retry', { decisionId: id, reason }, 'It is tried again now.')}
      changes={changesOf(invoice)}
    />
  );
}

function Hold({ invoice }: { invoice: Invoice }) {
  return (
    <Action
      label="Hold"
      title={invoice.number === null ? 'Hold this draft?' : `Hold ${invoice.number}?`}
      scope={answering}
      what={
        invoice.lifecycle === 'draft'
          ? 'It does not become final before somebody releases it. Late usage and corrections still go into it.'
          : 'What was not sent to Stripe yet is not sent before somebody releases it.'
      }
      run={({ reason, id }) => answer(invoice, 'hold', { decisionId: id, reason }, 'It is held.')}
      changes={changesOf(invoice)}
    />
  );
}

function Abandon({ invoice }: { invoice: Invoice }) {
  return (
    <Action
      label="Give up"
      kind="danger"
      title={invoice.number === null ? 'Give this draft up?' : `Give ${invoice.number} up?`}
      scope={money}
      what={
        invoice.lifecycle === 'held'
          ? 'It becomes void without a number. Its periods stay settled: nothing bills them again by itself.'
          : 'It is deleted or voided at Stripe, and void here. Its number stays used, and nothing bills its periods again by itself.'
      }
      run={({ reason, id }) => answer(invoice, 'abandon', { decisionId: id, reason }, 'It is given up.')}
      changes={changesOf(invoice)}
    />
  );
}

const fixes = [
  { id: 'email', label: 'Address of mail', note: 'Where bills are sent' },
  { id: 'name', label: 'Name', note: 'The name on its bills' },
  { id: 'remoteCustomerId', label: 'Customer at Stripe', note: 'The id there, cus_…' },
];

function Fix({ invoice }: { invoice: Invoice }) {
  const mayCorrect = useMay('customers:write');
  async function run({ reason, fields, id }: Given): Promise<Outcome> {
    const value = (fields['value'] ?? '').trim();
    const what = fields['what'];
    const correction =
      what === 'remoteCustomerId' ? { remoteCustomerId: value } : { contact: { [String(what)]: value } };
    try {
      const stored = await take(
        client.POST('/v1/customers/{id}/corrections', {
          params: { path: { id: invoice.customerId } },
          body: { ...correction, reason },
        }),
      );
      return await answer(
        invoice,
        'fix',
        { decisionId: id, reason, correctionId: stored.id },
        'The correction is applied, and the invoice is tried again now.',
      );
    } catch (error) {
      // The field that the API names is one of these two here.
      if (error instanceof ApiError && error.field !== null) {
        throw new ApiError({ ...error, detail: error.message, field: 'value' }, { cause: error });
      }
      throw error;
    }
  }
  return (
    <Action
      label="Fix and try again"
      title={`Fix what keeps ${invoice.number} from Stripe`}
      scope={answering}
      unavailable={mayCorrect ? undefined : 'Your role may not correct customers.'}
      what="A correction of the customer's contact, or of the link to Stripe, is stored and applied; then the invoice is tried again. It changes no money: what was billed wrong is voided and billed again."
      fields={
        <>
          <Select name="what" label="What to correct" options={fixes} defaultValue="email" isRequired />
          <TextField name="value" label="The right one" isRequired maxLength={320} />
        </>
      }
      run={run}
      changes={[...changesOf(invoice), ['customer', invoice.customerId]]}
    />
  );
}

function SyncNow({ invoice }: { invoice: Invoice }) {
  return (
    <Action
      label="Sync now"
      title={`Bring ${invoice.number} to Stripe now?`}
      scope={answering}
      what="It goes before all others. What is at Stripe already is compared and not sent again."
      run={async ({ reason }) => {
        const woken = await take(
          client.POST('/v1/invoices/{id}/sync', { params: { path: { id: invoice.id } }, headers: because(reason) }),
        );
        return {
          text: 'Its sync looks at it now.',
          workflowUrl: woken.workflowUrl,
          audit: { kind: 'invoice', id: invoice.id },
        };
      }}
      changes={changesOf(invoice)}
    />
  );
}

function Void({ invoice }: { invoice: Invoice }) {
  return (
    <Action
      label="Void"
      kind="danger"
      title={`Void ${invoice.number}?`}
      scope={money}
      unavailable={
        invoice.amountPaidMinor > 0 ? 'Money has come in; it goes back by a refund or a credit note.' : undefined
      }
      what="It is void once Stripe has confirmed it. If the customer has paid meanwhile, it stays paid."
      run={async ({ reason }) => {
        const woken = await take(
          client.POST('/v1/invoices/{id}/void', { params: { path: { id: invoice.id } }, body: { reason } }),
        );
        return {
          text: 'It is being voided.',
          workflowUrl: woken.workflowUrl,
          audit: { kind: 'invoice', id: invoice.id },
        };
      }}
      changes={changesOf(invoice)}
    />
  );
}

function Correct({ invoice }: { invoice: Invoice }) {
  if (!useMay(money)) return null;
  return (
    <ButtonLink to={`/operations/corrections/new?customer=${encodeURIComponent(invoice.customerExternalId)}`}>
      Correct its usage
    </ButtonLink>
  );
}

function Credit({ invoice }: { invoice: Invoice }) {
  if (!useMay(money)) return null;
  return <ButtonLink to={`/operations/invoices/${invoice.id}/credit`}>Credit note</ButtonLink>;
}
