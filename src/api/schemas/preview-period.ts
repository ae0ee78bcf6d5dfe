import { Type } from 'typebox';
import { closed, instantText, nullable } from './common.ts';

export const periodFields = {
  startAt: instantText('First instant of the period', '2026-01-10T00:00:00Z'),
  endAt: instantText('First instant after the period', '2026-02-01T00:00:00Z'),
  cycleStartAt: Type.Optional(
    instantText(
      'First instant of the whole cycle that the period is a part of; startAt unless said otherwise',
      '2026-01-01T00:00:00Z',
    ),
  ),
  cycleEndAt: Type.Optional(
    instantText('First instant after the whole cycle; endAt unless said otherwise', '2026-02-01T00:00:00Z'),
  ),
};
export const PeriodText = Type.Object(periodFields, {
  ...closed,
  description:
    'The period in so many words. What recurs costs its share of the cycle: with the values shown 22 of 31 days. ' +
    'Events count from startAt (included) to endAt (not included)',
});

export const ShareNumbers = Type.Object(
  {
    numerator: Type.Integer({
      minimum: 0,
      description: 'Above the line; at most the denominator, since a period is a part of one cycle',
      examples: [22],
    }),
    denominator: Type.Integer({ minimum: 1, description: 'Below the line', examples: [30] }),
  },
  {
    ...closed,
    description:
      'The share of the cycle to use in the place of the one that proration counts, for any other way of counting, such as ' +
      '22 of 30 days whatever the month. Changes in `usage.seats` are counted as proration says and then brought in ' +
      'proportion to it: half of the days of the period are half of this share',
  },
);

export const SubscriptionText = Type.Object(
  {
    startsAt: instantText('When the subscription begins', '2026-01-31T00:00:00Z'),
    endsAt: Type.Optional(instantText('When it ends', '2026-06-15T00:00:00Z')),
    trialEndsAt: Type.Optional(
      instantText(
        'Billing begins then: the first period does, with its share of the cycle, and use before it is free',
        '2026-02-14T00:00:00Z',
      ),
    ),
    pauses: Type.Optional(
      Type.Array(
        Type.Object(
          {
            from: instantText('Paused from', '2026-03-10T00:00:00Z'),
            to: nullable(instantText('Resumed at; null: not yet', '2026-03-20T00:00:00Z')),
          },
          closed,
        ),
        { description: 'Time that is not billed' },
      ),
    ),
    interval: Type.Enum(['week', 'month', 'quarter', 'half_year', 'year'], {
      type: 'string',
      description: 'How long a cycle is',
      examples: ['month'],
    }),
    intervalCount: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 24,
        description:
          'So many intervals a cycle; 1 unless said otherwise. Cycles of several are counted from the anchor (of the ' +
          'calendar: from January 2000, and weeks from 3 January 2000); the first period ends with the cycle that it ' +
          'begins in',
        examples: [1],
      }),
    ),
    anchor: Type.Optional(
      Type.Enum(['calendar', 'anniversary'], {
        type: 'string',
        description:
          'Cycles begin with the calendar of the zone (Mondays, the 1st, January/April/July/October, January/July, January; ' +
          'unless said otherwise), or with the subscription. Anniversaries on days 29 to 31 end early in short months and ' +
          'come back: 31 January, 28 February, 31 March',
        examples: ['anniversary'],
      }),
    ),
    anchorAt: Type.Optional(
      instantText(
        'For anniversary: where a cycle begins, before or after the start, such as any date with the billing day; the end ' +
          'of the trial or the start unless said otherwise',
        '2026-01-31T00:00:00Z',
      ),
    ),
    at: Type.Optional(
      instantText(
        'Which period: the one that this instant is in; the first one unless said otherwise',
        '2026-03-05T00:00:00Z',
      ),
    ),
  },
  { ...closed, description: 'A subscription, of which one period is previewed; in the place of `period`' },
);
