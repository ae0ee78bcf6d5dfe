import type { Expected } from '../../expected-bill.ts';
import { Select, TextField } from '../../ui/field.tsx';
import { useFormats } from '../../ui/format.tsx';
import { isNumber, type Supposed } from './address.ts';
import type { Plan, Subscription } from './index.tsx';

type SupposingProps = {
  expected: Expected;
  subscriptions: readonly Subscription[];
  plans: readonly Plan[];
  supposed: Supposed;
  change: (next: Supposed) => void;
  /** What the API does not take of what is added, and why. */
  refused: { price: string; group: readonly string[]; message: string } | null;
};

type Line = Expected['bills'][number]['lines'][number];

const isSame = (one: { price: string; group: readonly string[] }, price: string, group: readonly string[]) =>
  one.price === price && JSON.stringify(one.group) === JSON.stringify(group);

/** One field for each thing that is measured, and a plan for each subscription that is billed. */
export function Supposing({ expected, subscriptions, plans, supposed, change, refused }: SupposingProps) {
  const { number } = useFormats();
  const measured = measuredLines(expected);
  const billed = new Set(expected.bills.flatMap(({ lines }) => lines.map(({ subscriptionId }) => subscriptionId)));
  const choosable = subscriptions.filter(({ id }) => billed.has(id));
  function add(price: string, group: readonly string[], quantity: string) {
    const others = supposed.added.filter((one) => !isSame(one, price, group));
    change({
      ...supposed,
      added: quantity.trim() === '' ? others : [...others, { price, group, quantity: quantity.trim() }],
    });
  }
  return (
    <div className="stack">
      {choosable.map((subscription) => (
        <Select
          key={subscription.id}
          label={choosable.length === 1 ? 'Plan' : `Plan instead of ${nameOf(subscription.plan, plans)}`}
          help="For the whole of this period"
          isRequired
          value={supposed.plans[subscription.id] ?? subscription.plan}
          options={optionsOf(subscription, plans, expected.currency)}
          onChange={(plan) => {
            const { [subscription.id]: _, ...others } = supposed.plans;
            change({
              ...supposed,
              plans: plan === subscription.plan ? others : { ...others, [subscription.id]: plan },
            });
          }}
        />
      ))}
      {measured.map(({ priceKey, description, group, quantity }) => {
        const added = supposed.added.find((one) => isSame(one, priceKey, group ?? []));
        const isRefused = refused !== null && isSame(refused, priceKey, group ?? []);
        return (
          <TextField
            key={`${priceKey} ${JSON.stringify(group)}`}
            label={`More of: ${description}`}
            help={`${number(quantity ?? '0')} so far`}
            inputMode="decimal"
            placeholder="0"
            value={added?.quantity ?? ''}
            onChange={(typed) => add(priceKey, group ?? [], typed)}
            error={
              added !== undefined && !isNumber(added.quantity)
                ? 'This is not a number, so that it is left out. Write it like 1000 or 2.5.'
                : isRefused
                  ? refused.message
                  : undefined
            }
          />
        );
      })}
      {measured.length === 0 && <p className="muted">Nothing of your bill is by usage.</p>}
    </div>
  );
}

/** Of each price and group the line of the period that goes on. */
export function measuredLines({ bills, asOf }: Expected): Line[] {
  const lines = bills
    .flatMap((bill) => bill.lines)
    .filter(({ kind, periodEndAt }) => kind === 'usage' && periodEndAt !== null && periodEndAt > asOf);
  const byName = new Map(lines.map((line) => [JSON.stringify([line.priceKey, line.group]), line]));
  return [...byName.values()];
}

const nameOf = (key: string, plans: readonly Plan[]) => plans.find((plan) => plan.key === key)?.name ?? key;

/** Only plans of the same interval have a bill of the same period. */
function optionsOf({ plan, phases }: Subscription, plans: readonly Plan[], currency: string) {
  const interval = phases.at(-1)?.interval;
  const others = plans
    .filter((one) => one.key !== plan && one.currency === currency && one.interval === interval)
    .map(({ key, name }) => ({ id: key, label: name }));
  return [{ id: plan, label: nameOf(plan, plans), note: 'As it is' }, ...others];
}
