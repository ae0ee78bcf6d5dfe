import { type ItemOf, take } from '../../../../client/index.ts';
import { client } from '../../../api.ts';
import type { Customer } from '../../../customer.tsx';
import { Badge } from '../../../ui/badge.tsx';
import { Card, Facts } from '../../../ui/card.tsx';
import { Select, TextField } from '../../../ui/field.tsx';
import { When } from '../../../ui/format.tsx';
import { LoadMore, usePages } from '../../../ui/load-more.tsx';
import { Empty, QueryView } from '../../../ui/states.tsx';
import { Action, because, type Outcome } from '../parts/action.tsx';
import { capital, inWords } from '../parts/words.ts';

type Subscription = ItemOf<'/v1/subscriptions'>;
const scope = 'customers:write';

/** What the customer pays for, and changes of it. */
export function Subscriptions({ customer }: { customer: Customer }) {
  const query = usePages<Subscription>(keyOf(customer), (cursor, signal) =>
    take(client.GET('/v1/subscriptions', { params: { query: { customer: customer.id, cursor } }, signal })),
  );
  return (
    <div className="stack">
      <QueryView query={query}>
        {(subscriptions) =>
          subscriptions.length === 0 ? (
            <Card>
              <Empty title="There is no subscription.">Your product subscribes a customer through the API.</Empty>
            </Card>
          ) : (
            subscriptions.map((subscription) => (
              <SubscriptionCard key={subscription.id} subscription={subscription} customer={customer} />
            ))
          )
        }
      </QueryView>
      <LoadMore query={query} what="subscriptions" />
    </div>
  );
}

const keyOf = ({ id }: Customer) => ['operations', 'subscriptions', id] as const;

function SubscriptionCard({ subscription, customer }: { subscription: Subscription; customer: Customer }) {
  const { id, plan, planVersion, billingGroup, state, startsAt, endsAt, nextRenewalAt } = subscription;
  const zone = customer.zone;
  const none = <span className="muted">None</span>;
  const isOver = state === 'ended';
  return (
    <Card
      title={`${plan}, version ${planVersion}`}
      description={billingGroup === '' ? undefined : `Billing group ${billingGroup}`}
      action={<Badge tone={isOver ? 'neutral' : 'good'}>{capital(inWords(state))}</Badge>}
    >
      <div className="stack">
        <Facts
          facts={[
            ['Since', <When key="since" at={startsAt} zone={zone} />],
            ['Next renewal', nextRenewalAt === null ? none : <When key="next" at={nextRenewalAt} zone={zone} />],
            ['Ends', endsAt === null ? none : <When key="ends" at={endsAt} zone={zone} />],
          ]}
        />
        {!isOver && (
          <div className="row">
            <Change subscription={subscription} customer={customer} />
            {state === 'paused' ? (
              <Action
                label="Resume"
                size="small"
                title={`Resume ${plan}?`}
                scope={scope}
                what="Time and usage are billed again from now on, by the customer's clock."
                run={async ({ reason, id: requestId }) => {
                  await take(
                    client.POST('/v1/subscriptions/{id}/resume', {
                      params: { path: { id } },
                      body: { requestId },
                      headers: because(reason),
                    }),
                  );
                  return done('It goes on.', id);
                }}
                changes={[keyOf(customer)]}
              />
            ) : (
              <Action
                label="Pause"
                size="small"
                title={`Pause ${plan}?`}
                scope={scope}
                what="Neither time nor usage is billed until it is resumed."
                run={async ({ reason, id: requestId }) => {
                  await take(
                    client.POST('/v1/subscriptions/{id}/pause', {
                      params: { path: { id } },
                      body: { requestId },
                      headers: because(reason),
                    }),
                  );
                  return done('It is paused.', id);
                }}
                changes={[keyOf(customer)]}
              />
            )}
            <Action
              label="End"
              size="small"
              kind="danger"
              title={`End ${plan}?`}
              scope={scope}
              what="The last bill follows when its last period is over."
              fields={
                <Select
                  name="when"
                  label="When"
                  defaultValue="period_end"
                  isRequired
                  options={[
                    { id: 'period_end', label: 'At the end of the cycle', note: 'The cycle or trial is lived through' },
                    { id: 'now', label: 'Now', note: 'The part of the cycle that was used is billed' },
                  ]}
                />
              }
              run={async ({ reason, fields, id: requestId }) => {
                await take(
                  client.POST('/v1/subscriptions/{id}/cancel', {
                    params: { path: { id } },
                    body: { when: fields['when'] === 'now' ? 'now' : 'period_end', requestId },
                    headers: because(reason),
                  }),
                );
                return done('Its end is set.', id);
              }}
              changes={[keyOf(customer)]}
            />
          </div>
        )}
      </div>
    </Card>
  );
}

const done = (text: string, id: string): Outcome => ({ text, audit: { kind: 'subscription', id } });

function Change({ subscription: { id, plan }, customer }: { subscription: Subscription; customer: Customer }) {
  return (
    <Action
      label="Change plan"
      size="small"
      title={`Change ${plan} to another plan?`}
      scope={scope}
      what="The latest version of the plan is taken. What the customer would pay by it is shown by their page What if."
      fields={
        <>
          <TextField name="plan" label="Key of the plan" isRequired maxLength={63} />
          <Select
            name="when"
            label="When"
            defaultValue="renewal"
            isRequired
            options={[
              { id: 'renewal', label: 'At the next renewal' },
              { id: 'now', label: 'Now', note: 'The cycle is billed in two parts' },
            ]}
          />
        </>
      }
      run={async ({ reason, fields, id: requestId }) => {
        await take(
          client.POST('/v1/subscriptions/{id}/change', {
            params: { path: { id } },
            body: { plan: fields['plan'] ?? '', when: fields['when'] === 'now' ? 'now' : 'renewal', requestId },
            headers: because(reason),
          }),
        );
        return done('The change is stored.', id);
      }}
      changes={[keyOf(customer)]}
    />
  );
}
