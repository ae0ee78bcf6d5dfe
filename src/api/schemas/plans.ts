import { type TSchema, Type } from 'typebox';
import { addressText, closed, count, instant, nullable, page, pageQuery, text } from './common.ts';
import { Meter } from './meters.ts';
import { boundFieldsOf } from './price-bounds.ts';
import { priceSchemas } from './prices.ts';

const choice = (values: readonly string[], description: string, example: string) =>
  Type.Enum([...values] as string[], { type: 'string', description, examples: [example] });
const key = (description: string, example: string) =>
  Type.String({ pattern: '^[a-z][a-z0-9_-]{0,62}$', description, examples: [example] });
const whole = (minimum: number, maximum: number, description: string, example: number) =>
  Type.Integer({ minimum, maximum, description, examples: [example] });

/** A price in a plan: where there is usage to price it comes from a meter, which has to be named. */
const pricesOfPlans = priceSchemas({}, 'named').map((price): TSchema => {
  const { meter } = price.properties as { meter?: TSchema };
  return meter === undefined ? price : { ...price, required: [...price.required, 'meter'] };
});

const currencyText = (description: string) => Type.String({ pattern: '^[A-Za-z]{3}$', description, examples: ['USD'] });

/** @param currency the schema of an ISO 4217 code, of a sentence that describes it */
export const planFields = (currency: (description: string) => TSchema) => ({
  key: key('Name of the plan for programs; subscriptions name it', 'team'),
  name: text('Name of the plan for people', 'Team', 200),
  currency: currency('ISO 4217 code of the currency that its amounts are in'),
  currencies: Type.Optional(
    Type.Array(currency('ISO 4217 code'), {
      minItems: 1,
      maxItems: 50,
      uniqueItems: true,
      description: 'Other currencies in which it can be billed; each price has amounts in each of them',
      examples: [['EUR']],
    }),
  ),
  interval: choice(['week', 'month', 'quarter', 'half_year', 'year'], 'How long a cycle is', 'month'),
  intervalCount: Type.Optional(whole(1, 24, 'So many intervals a cycle; 1 unless said otherwise', 1)),
  anchor: Type.Optional(
    choice(
      ['calendar', 'anniversary'],
      "Whether cycles begin with the calendar of the customer's zone (unless said otherwise) or with the subscription",
      'calendar',
    ),
  ),
  proration: Type.Optional(
    choice(
      ['second', 'day', 'day_counting_end', 'none'],
      'How the share of a cycle is counted that a part of it costs: by the second (unless said otherwise), by local days ' +
        'without or with the last one, or not at all, so that a part costs the whole',
      'second',
    ),
  ),
  trialDays: Type.Optional(whole(0, 730, 'Days at the start that are not billed; 0 unless said otherwise', 14)),
  ...boundFieldsOf('all lines of a period together'),
  // What they are, the reader of plans says; types of twelve models would only slow the compiler down.
  prices: Type.Array(Type.Unsafe<object>(Type.Union(pricesOfPlans)), {
    minItems: 1,
    maxItems: 200,
    description: 'What is paid; each becomes a line, in this order',
  }),
});

export const planOptions = { ...closed, description: 'What a subscription pays, billed every interval' };
export const Plan = Type.Object(planFields(currencyText), planOptions);

/** @param plan the schema of one plan */
export const planFileSchema = (plan: TSchema) =>
  Type.Object(
    {
      meters: Type.Optional(
        Type.Array(Meter, { maxItems: 200, description: 'How events become the quantities that the prices name' }),
      ),
      plans: Type.Array(plan, { minItems: 1, maxItems: 100, description: 'The plans' }),
    },
    { ...closed, description: 'Meters and plans, as a file in plans/ has them; plans name the meters beside them' },
  );

export const PlanFile = planFileSchema(Plan);
export const PlansAsYaml = Type.String({
  description: 'The same as YAML, as a file in plans/ has it, of at most 128 KiB; a refusal names the line',
  examples: [
    'plans:\n  - { key: team, name: Team, currency: USD, interval: month, prices: [{ key: base, name: Base fee, model: flat, amount: "10" }] }\n',
  ],
});

const versionFields = {
  version: count('Number of the version; it goes up by one', 2),
  appliedAt: instant('When the version was applied', '2026-01-01T00:00:00.000Z'),
};

const PlanSummary = Type.Object(
  {
    key: key('Name of the plan for programs', 'team'),
    name: text('Name of the plan for people', 'Team', 200),
    currency: text('ISO 4217 code', 'USD', 3),
    interval: text('How long a cycle is', 'month', 20),
    ...versionFields,
    offeredAt: nullable(instant('Since when all customers see it; null if only those who have it do')),
  },
  { description: 'A plan in its latest version' },
);

export const PlanPage = page(PlanSummary, 'Plans in the order of their keys', ['team']);
export const PlanQuery = Type.Object(pageQuery(['team']), closed);
export const MeterPage = page(Meter, 'Meters in the order of their keys', ['api-calls']);
export const MeterQuery = Type.Object(pageQuery(['api-calls']), closed);

export const PlanParams = Type.Object({ key: addressText('Key of the plan', 'team', 63) }, closed);
export const PlanOffer = Type.Object(
  { offered: Type.Boolean({ description: 'Whether all customers see the plan', examples: [true] }) },
  { ...closed, description: 'Who sees the plan' },
);
export const OfferedPlan = Type.Object(
  {
    key: key('Name of the plan for programs', 'team'),
    offeredAt: nullable(instant('Since when all customers see it; null if only those who have it do')),
  },
  { description: 'Who sees the plan' },
);
export const VersionQuery = Type.Object(
  { version: Type.Optional(whole(1, 2_147_483_647, 'The version; the latest unless said otherwise', 1)) },
  closed,
);

export const PlanVersion = Type.Object(
  {
    ...versionFields,
    // As stored: it was checked by the reader of plans when it was applied.
    plan: Type.Unsafe<object>(Plan),
    versions: Type.Array(
      Type.Object(
        {
          ...versionFields,
          liveSubscriptions: count("Subscriptions on it that have not ended, on their customers' clocks", 12),
        },
        { description: 'A version' },
      ),
      { description: 'Every version of the plan, the newest first; customers read the one only' },
    ),
  },
  { description: 'One version of a plan, its prices included, in the form that a file has' },
);

const anyJson = (description: string, example: unknown) => Type.Unknown({ description, examples: [example] });

const Difference = Type.Object(
  {
    field: text(
      'What differs: prices and the cells of a matrix by key, tiers by place',
      'prices[landing].unitAmount',
      500,
    ),
    kind: choice(['added', 'removed', 'changed', 'reordered'], 'How it differs', 'changed'),
    from: Type.Optional(anyJson('What is in the books; missing for what is added', '18.75')),
    to: Type.Optional(anyJson('What was sent; missing for what is removed', '19.20')),
  },
  { description: 'One difference between the latest version and what was sent' },
);

export const PlansChange = Type.Object(
  {
    changed: Type.Boolean({ description: 'Whether anything differs from the books', examples: [true] }),
    meters: Type.Array(
      Type.Object(
        {
          key: key('Key of the meter', 'api-calls'),
          outcome: choice(['created', 'unchanged'], 'A stored meter never changes', 'unchanged'),
        },
        { description: 'A meter' },
      ),
      { description: 'The meters, in the order in which they were sent' },
    ),
    plans: Type.Array(
      Type.Object(
        {
          key: key('Key of the plan', 'team'),
          outcome: choice(['created', 'new version', 'unchanged'], 'What becomes of the plan', 'new version'),
          version: count('The version that it becomes, or is', 2),
          differences: Type.Array(Difference, {
            description: 'From the latest version to the new one; none for a plan that is created',
          }),
          onOlderVersions: count('Subscriptions that have not ended and stay on older versions, at their prices', 12),
        },
        { description: 'A plan' },
      ),
      { description: 'The plans, in the order in which they were sent' },
    ),
  },
  { description: 'What becomes of meters and plans' },
);
