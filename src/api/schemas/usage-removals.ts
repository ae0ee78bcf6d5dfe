import { Type } from 'typebox';
import { closed, count, id, instant, nullable, page, pageQuery, text } from './common.ts';

const at = '2026-11-30T04:00:12.000Z';
const month = (description: string) =>
  Type.String({ pattern: '^[0-9]{4}-[0-9]{2}$', description, examples: ['2013-01'] });
const months = (description: string) => Type.Integer({ minimum: 3, maximum: 1_200, description, examples: [24] });

const Removal = Type.Object(
  {
    id: id('Id of the removal'),
    month: month('Which month, in UTC'),
    usageMonths: months('The policy by which: months for which raw usage was kept at that time'),
    customers: count('Customers whose events of the month went', 312),
    events: count('Events that went, every version of them', 1_204_318),
    keptEvents: count(
      'Events of the month that stayed: of other customers, and of types of which meters read all history',
      0,
    ),
    removedAt: instant('When', at),
  },
  { description: 'Raw usage events of a month that were removed' },
);

const cursorExample = [at, '7d1d2b0e-5a0c-5c1f-9f43-0d6c8d5b2a11'];

export const UsageRemovalPage = page(Removal, 'What was removed, the newest first', cursorExample);
export const UsageRemovalQuery = Type.Object(pageQuery(cursorExample), closed);

const KeptBy = Type.Object(
  {
    kind: Type.Enum(
      [
        'policy',
        'period-unbilled',
        'period-parked',
        'invoice-draft',
        'invoice-held',
        'invoice-parked',
        'invoice-not-at-rest',
        'reissue-waiting',
        'proof',
        'late-usage',
      ],
      {
        type: 'string',
        description:
          'What keeps it, first of all: `policy`: an invoice that bills it was issued too short a time ago; `period-unbilled`, `period-parked`: a period that nobody has billed, or that could not be billed; `invoice-…`: an invoice that is no issued one at rest; `reissue-waiting`: an order to bill it again; `proof`: an invoice whose proof does not hold; `late-usage`: usage that came after the bill and that nobody has billed',
        examples: ['late-usage'],
      },
    ),
    customers: count('Of how many customers', 1),
    customerId: id('One of them'),
    subjectId: nullable(id('The invoice, the period or the subscription that keeps it there')),
    reason: nullable(
      text('What the last look has found, where it computed invoices again', 'Late usage is not billed.', 2_000),
    ),
  },
  { description: 'What keeps the events of a month' },
);

export const UsageRemovalPlan = Type.Object(
  {
    usageMonths: nullable(months('The policy by which it is planned; null if raw usage is kept for ever')),
    keptTypes: Type.Array(text('Type of events', 'seat.changed'), {
      description: 'Types whose events are never removed: meters that carry on read all of their history',
    }),
    months: Type.Array(
      Type.Object(
        {
          month: month('Which month, in UTC'),
          customers: count('Customers whose events of the month would be removed tonight', 312),
          keptBy: Type.Array(KeptBy, { description: 'What keeps those of others' }),
        },
        { description: 'A month that has old events' },
      ),
      { description: 'Months that have events older than the policy, the earliest first' },
    ),
  },
  { description: 'What would be removed now' },
);

export const UsageRemovalPlanQuery = Type.Object(
  { usageMonths: Type.Optional(months('Plan as if this were the policy')) },
  closed,
);
