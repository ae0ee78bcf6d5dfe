import assert from 'node:assert/strict';
import { previewInvoice } from '../../../src/billing/preview/preview-invoice.ts';
import { DurabillError } from '../../../src/errors/error.ts';

const usage = { quantity: '250' };
const perUnit = { model: 'per_unit', unitAmount: '0.10', usage };
const period = { startAt: '2026-01-01T00:00:00Z', endAt: '2026-02-01T00:00:00Z' };
const subscription = { startsAt: '2026-01-01T00:00:00Z', interval: 'month' };
const meter = { key: 'calls', name: 'Calls', eventType: 'call', aggregation: 'count' };
const event = { type: 'call', occurredAt: '2026-01-05T00:00:00Z' };
const seats = { model: 'seats', unitAmount: '12' };
const grouped = { model: 'per_unit', unitAmount: '1', groupBy: ['region'] };
const matrix = {
  model: 'matrix',
  properties: ['region'],
  cells: [{ values: ['eu'], unitAmount: '1' }],
  otherwise: '2',
};
const tiers = [
  { upTo: '10', unitAmount: '2' },
  { upTo: null, unitAmount: '1' },
];

const asked = (fields: object) => ({ currency: 'USD', prices: [perUnit], ...fields });
const priced = (...prices: unknown[]) => ({ currency: 'USD', prices });

function refused(request: unknown): DurabillError {
  try {
    previewInvoice(request);
  } catch (error) {
    if (error instanceof DurabillError) return error;
    throw error;
  }
  return assert.fail(`${JSON.stringify(request)?.slice(0, 300)} was priced.`);
}

/** Each: the request, the field that its refusal names, and what it says. */
function refuses(cases: [request: unknown, field: string, says: RegExp][]): void {
  for (const [request, field, says] of cases) {
    const error = refused(request);
    assert.deepEqual([field, error.field], [field, field], error.message);
    assert.match(error.message, says);
    assert.equal(error.entry.status, 422, error.code);
  }
}

describe('A preview refuses', () => {
  it('a field that is not documented, at any depth', () => {
    const unknown = /not known here; possible are/;
    const inSeats = { ...seats, usage: { seats: [{ from: period.startAt, quantity: '1', until: period.endAt }] } };
    refuses([
      [asked({ discount: '10' }), 'discount', unknown],
      [asked({ period: { ...period, end: 1 } }), 'period.end', unknown],
      [asked({ subscription: { ...subscription, plan: 'team' } }), 'subscription.plan', unknown],
      [
        asked({ subscription: { ...subscription, pauses: [{ from: period.startAt, until: 1 }] } }),
        'subscription.pauses[0].until',
        unknown,
      ],
      [asked({ share: { numerator: 1, denominator: 2, of: 'month' } }), 'share.of', unknown],
      [asked({ commitment: { amount: '1', factor: '2' } }), 'commitment.factor', unknown],
      [asked({ meters: [{ ...meter, field: 'x' }] }), 'meters[0].field', unknown],
      [asked({ events: [{ ...event, id: '1' }] }), 'events[0].id', unknown],
      [priced({ ...perUnit, unitamount: '1' }), 'prices[0].unitamount', unknown],
      [priced({ ...perUnit, period: { ...period, days: 31 } }), 'prices[0].period.days', unknown],
      [
        priced({ ...perUnit, convert: { divideBy: '2', rounding: 'up', digits: 2 } }),
        'prices[0].convert.digits',
        unknown,
      ],
      [
        priced({ model: 'volume', tiers: [{ ...tiers[0], upto: '1' }, tiers[1]], usage }),
        'prices[0].tiers[0].upto',
        unknown,
      ],
      [priced({ ...perUnit, usage: { quantity: '1', unit: 'GB' } }), 'prices[0].usage.unit', unknown],
      [
        priced({ ...grouped, usage: { groups: [{ group: ['eu'], quantity: '1', size: '2' }] } }),
        'prices[0].usage.groups[0].size',
        unknown,
      ],
      [{ ...priced(inSeats), period }, 'prices[0].usage.seats[0].until', unknown],
      [
        priced({ ...matrix, usage: { cells: [{ values: ['eu'], quantity: '1', unit: 'x' }] } }),
        'prices[0].usage.cells[0].unit',
        unknown,
      ],
    ]);
  });

  it('what is no request, has no price or no currency', () => {
    refuses([
      [undefined, 'body', /has to be an object/],
      [[], 'body', /has to be an object/],
      [null, 'body', /has to be an object/],
      [priced(), 'prices', /at least 1/],
      [{ currency: 'USD' }, 'prices', /has to be a list/],
      [priced(null), 'prices[0]', /has to be an object/],
      [priced({ usage }), 'prices[0].model', /one of flat, per_unit/],
      [{ prices: [perUnit] }, 'currency', /./],
      [{ currency: 'XXQ', prices: [perUnit] }, 'currency', /XXQ/],
      [asked({ zone: 'Europe/Atlantis' }), 'zone', /Atlantis/],
      [priced(perUnit, { ...perUnit, key: 'price-1' }), 'prices[1].key', /there twice/],
    ]);
  });

  it('numbers that are no decimals in quotes', () => {
    for (const quantity of [
      250,
      Number.NaN,
      null,
      '1e3',
      '',
      ' 1',
      '+1',
      '1,000',
      'NaN',
      '.5',
      '0x10',
      '1'.repeat(31),
    ]) {
      refuses([[priced({ ...perUnit, usage: { quantity } }), 'prices[0].usage.quantity', /./]]);
      refuses([[priced({ model: 'flat', amount: quantity }), 'prices[0].amount', /./]]);
    }
    refuses([
      [priced({ ...perUnit, usage: { quantity: '-1' } }), 'prices[0].usage.quantity', /not zero or more/],
      [priced({ ...perUnit, unitAmount: '-1' }), 'prices[0].unitAmount', /not zero or more/],
      [asked({ share: { numerator: '1', denominator: 2 } }), 'share.numerator', /whole number/],
      [asked({ share: { numerator: 3, denominator: 2 } }), 'share.numerator', /from 0 to 2/],
      [asked({ share: { numerator: 0, denominator: 0 } }), 'share.denominator', /from 1/],
      [asked({ share: { numerator: 0.5, denominator: 1 } }), 'share.numerator', /whole number/],
    ]);
  });

  it('usage that is missing, or not of the kind that the model reads', () => {
    refuses([
      [priced({ model: 'per_unit', unitAmount: '1' }), 'prices[0].usage', /give the usage, or a meter/],
      [priced({ model: 'per_unit', unitAmount: '1', meter: 'calls' }), 'prices[0].meter', /no meter "calls"/],
      [priced({ ...perUnit, usage: {} }), 'prices[0].usage.quantity', /missing/],
      [priced({ model: 'flat', amount: '1', usage }), 'prices[0].usage', /due without use/],
      [priced({ ...perUnit, usage: { transactions: ['1'] } }), 'prices[0].usage.transactions', /not known here/],
      [
        priced({ model: 'percentage', rate: '1', freeAmount: '5', usage }),
        'prices[0].usage.transactions',
        /list them in their order/,
      ],
      [priced({ ...matrix, usage }), 'prices[0].usage.quantity', /not known here/],
      [
        priced({ ...matrix, usage: { cells: [{ values: ['eu', 'gold'], quantity: '1' }] } }),
        'prices[0].usage.cells[0].values',
        /at most 1/,
      ],
      [priced({ model: 'dynamic', amountProperty: 'cost', usage }), 'prices[0].usage.carriedAmount', /missing/],
    ]);
  });

  it('transactions that are said twice, or whose number is not said', () => {
    const percentage = { model: 'percentage', rate: '1' };
    const fixed = { ...percentage, fixedAmount: '0.30' };
    const transactions = ['100', '150'];
    refuses([
      [
        priced({ ...percentage, usage: { transactions, quantity: '250' } }),
        'prices[0].usage.quantity',
        /listed already/,
      ],
      [
        priced({ ...percentage, usage: { transactions, transactionCount: '2' } }),
        'prices[0].usage.transactionCount',
        /listed already/,
      ],
      [priced({ ...fixed, usage }), 'prices[0].usage.transactionCount', /say how many there were/],
      [
        priced({ ...fixed, usage: { ...usage, transactionCount: '0' } }),
        'prices[0].usage.transactionCount',
        /Without a transaction their sum is no 250/,
      ],
    ]);
    assert.equal(previewInvoice(priced({ ...percentage, usage })).total, '2.50');
    assert.equal(previewInvoice(priced({ ...fixed, usage: { ...usage, transactionCount: '2' } })).total, '3.10');
  });

  it('a field of another model, and names those of this one', () => {
    const named = (price: object) =>
      /possible are (.+)\.$/.exec(refused(priced(price)).message)?.[1]?.split(', ') ?? [];
    const ofEvery = [
      'key',
      'name',
      'model',
      'minimumAmount',
      'maximumAmount',
      'commitment',
      'prorate',
      'taxRates',
      'currencies',
    ];
    const inPreview = ['usage', 'isCredit', 'creditLimit', 'period', 'share', 'baseCurrency', 'plan'];
    const ofCapacity = ['amount', 'capacity', 'overageUnitAmount'];
    const ofUse = ['meter', 'filter', 'groupBy', 'convert', 'belowZero'];
    const flat = { model: 'flat', amount: '1', unitAmount: '1' };
    assert.deepEqual(named(flat), [...ofEvery, 'amount', 'units', 'timing', ...inPreview]);
    const capacity = { model: 'capacity', amount: '1', capacity: '5', overageUnitAmount: '1', size: '2' };
    assert.deepEqual(named(capacity), [...ofEvery, ...ofCapacity, ...ofUse, ...inPreview]);
  });

  it('bounds that exclude each other, and tiers that end', () => {
    const promised = { commitment: { amount: '5' }, minimumAmount: '5' };
    const ending = (model: string, terms: object) => priced({ model, tiers: [{ upTo: '10', ...terms }], usage });
    refuses([
      [asked(promised), 'minimumAmount', /give one of the two/],
      [asked({ minimumAmount: '-1' }), 'minimumAmount', /not zero or more/],
      [asked({ minimumAmount: '5', maximumAmount: '4' }), 'maximumAmount', /below the minimum of 5/],
      [priced({ ...perUnit, ...promised }), 'prices[0].minimumAmount', /give one of the two/],
      [ending('volume', { flatAmount: '2' }), 'prices[0].tiers[0].upTo', /add a tier with upTo null; unitAmount "0"/],
      [ending('stairstep', { flatAmount: '2' }), 'prices[0].tiers[0].upTo', /upTo null; flatAmount "0"/],
      [ending('graduated_percentage', { rate: '2' }), 'prices[0].tiers[0].upTo', /upTo null; rate "0"/],
    ]);
  });

  it('groups that the price does not have, or has twice', () => {
    const of = (...group: string[]) => ({ group, quantity: '1' });
    refuses([
      [priced({ ...perUnit, usage: { groups: [of('eu')] } }), 'prices[0].usage.groups', /no groupBy/],
      [priced({ ...grouped, usage: { groups: [of('eu', 'gold')] } }), 'prices[0].usage.groups[0].group', /at most 1/],
      [
        priced({ ...grouped, usage: { groups: [of('eu'), of('us'), of('eu')] } }),
        'prices[0].usage.groups[2].group',
        /there twice/,
      ],
      [
        priced({ ...grouped, usage: { groups: [of('eu')], quantity: '1' } }),
        'prices[0].usage.quantity',
        /not known here; possible are groups/,
      ],
      [priced({ ...grouped, usage }), 'prices[0].usage.groups', /send usage.groups.*"a value of region"/],
      [priced({ ...grouped, usage: {} }), 'prices[0].usage.groups', /send usage.groups/],
    ]);
  });

  it('periods that are said twice, end before they begin, or are none', () => {
    const trial = { ...subscription, trialEndsAt: '2026-01-10T00:00:00Z', at: '2026-01-05T00:00:00Z' };
    const paused = (pause: object) => ({ ...subscription, pauses: [pause], at: '2026-02-05T00:00:00Z' });
    refuses([
      [asked({ period, subscription }), 'subscription', /give one of the two/],
      [asked({ period: { startAt: period.endAt, endAt: period.startAt } }), 'period.endAt', /after startAt/],
      [asked({ period: { startAt: period.startAt, endAt: period.startAt } }), 'period.endAt', /after startAt/],
      [asked({ period: { startAt: period.startAt } }), 'period.endAt', /missing/],
      [asked({ period: { ...period, startAt: 'yesterday' } }), 'period.startAt', /./],
      [asked({ period: { ...period, startAt: '2026-01-01' } }), 'period.startAt', /./],
      [
        asked({ period: { ...period, cycleStartAt: '2026-01-02T00:00:00Z' } }),
        'period.cycleStartAt',
        /after its period/,
      ],
      [asked({ period: { ...period, cycleEndAt: '2026-01-31T00:00:00Z' } }), 'period.cycleEndAt', /before its period/],
      [asked({ subscription: trial }), 'subscription.at', /in its trial until 2026-01-10T00:00:00.000Z/],
      [
        asked({ subscription: { ...subscription, at: '2025-12-31T00:00:00Z' } }),
        'subscription.at',
        /before the start of the subscription at 2026-01-01T00:00:00.000Z/,
      ],
      [
        asked({ subscription: { ...subscription, endsAt: '2026-03-01T00:00:00Z', at: '2026-03-01T00:00:00Z' } }),
        'subscription.at',
        /has ended at 2026-03-01T00:00:00.000Z/,
      ],
      [
        asked({ subscription: paused({ from: '2026-02-01T00:00:00Z', to: '2026-02-10T00:00:00Z' }) }),
        'subscription.at',
        /in a pause from 2026-02-01T00:00:00.000Z to 2026-02-10T00:00:00.000Z/,
      ],
      [
        asked({ subscription: paused({ from: '2026-02-01T00:00:00Z', to: null }) }),
        'subscription.at',
        /is not resumed/,
      ],
      [
        asked({ subscription: { ...subscription, endsAt: '2026-01-05T00:00:00Z', trialEndsAt: trial.trialEndsAt } }),
        'subscription',
        /Nothing of it is billed. The subscription has ended at 2026-01-05/,
      ],
      [asked({ subscription: { ...subscription, anchorAt: period.startAt } }), 'subscription.anchorAt', /anniversary/],
      [
        asked({ subscription: { ...subscription, interval: 'day' } }),
        'subscription.interval',
        /one of week.*give `period`/,
      ],
      [asked({ subscription: { ...subscription, intervalCount: 25 } }), 'subscription.intervalCount', /from 1 to 24/],
      [asked({ proration: 'hour' }), 'proration', /one of second, day/],
    ]);
  });

  it('events and changes of seats that have no period to fall into', () => {
    const change = (from: string) => ({ from, quantity: '1' });
    const changed = (...list: object[]) => priced({ ...seats, usage: { seats: list } });
    const counted = { model: 'per_unit', unitAmount: '1', meter: 'calls' };
    refuses([
      [{ ...priced(counted), meters: [meter], events: [event] }, 'prices[0].period', /need a period/],
      [changed(change(period.startAt)), 'prices[0].usage.seats', /need a period/],
      [
        { ...changed(change('2026-01-05T00:00:00Z'), change('2026-01-04T00:00:00Z')), period },
        'prices[0].usage.seats[1].from',
        /in their order/,
      ],
      [
        { ...changed(change(period.startAt), change(period.endAt)), period },
        'prices[0].usage.seats[1].from',
        /has ended by then/,
      ],
    ]);
  });

  it('events that add up to less than nothing, and says what to do where they are meant', () => {
    const sum = { ...meter, aggregation: 'sum', property: 'n' };
    const returned = [{ ...event, properties: { n: -2 } }];
    const counted = { model: 'per_unit', unitAmount: '1', meter: 'calls' };
    const request = { ...priced(perUnit, counted), period, meters: [sum], events: returned };
    refuses([[request, 'prices[1]', /price "price-2" is -2/]]);
    assert.match(refused(request).mend, /belowZero: "zero".*negatives: "skipped"/);
  });

  it('more than it takes', () => {
    refuses([
      [asked({ period, meters: [meter], events: Array(10_001).fill(event) }), 'events', /10001 entries; at most 10000/],
      [
        priced({ model: 'percentage', rate: '1', usage: { transactions: Array(10_001).fill('1') } }),
        'prices[0].usage.transactions',
        /at most 10000/,
      ],
      [priced(...Array(201).fill(perUnit)), 'prices', /at most 200/],
    ]);
  });

  it('a price without amounts in the currency', () => {
    const dollars = { ...perUnit, baseCurrency: 'USD' };
    const request = { currency: 'EUR', prices: [dollars] };
    refuses([
      [request, 'prices[0].currencies', /no amounts in EUR/],
      [{ currency: 'EUR', prices: [{ ...dollars, baseCurrency: 'USDX' }] }, 'prices[0].baseCurrency', /USDX/],
    ]);
    const both = { ...dollars, currencies: { EUR: { unitAmount: '0.09' } } };
    assert.equal(previewInvoice({ currency: 'EUR', prices: [both] }).total, '22.50');
  });

  it('credits and conversions that contradict themselves', () => {
    const converted = (convert: object) => priced({ ...perUnit, convert });
    refuses([
      [priced({ ...perUnit, isCredit: 'yes' }), 'prices[0].isCredit', /true or false/],
      [priced({ ...perUnit, creditLimit: '1' }), 'prices[0].creditLimit', /maximumAmount/],
      [priced({ ...perUnit, isCredit: true, creditLimit: '-1' }), 'prices[0].creditLimit', /not zero or more/],
      [converted({ divideBy: '2', multiplyBy: '2', rounding: 'up' }), 'prices[0].convert.multiplyBy', /one of the two/],
      [converted({ rounding: 'up' }), 'prices[0].convert.divideBy', /missing/],
      [converted({ multiplyBy: '0', rounding: 'up' }), 'prices[0].convert.multiplyBy', /not above zero/],
      [converted({ multiplyBy: '2', rounding: 'none', decimals: 1 }), 'prices[0].convert.decimals', /no decimals/],
    ]);
  });

  it('what cannot be repeated in a sentence: deep lists, and objects that are no text', () => {
    const deep: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    const noText = { toString: 1, valueOf: 1 };
    for (const [value, word] of [
      [deep, 'a list'],
      [noText, 'an object'],
    ] as const) {
      refuses([
        [asked({ currency: value }), 'currency', new RegExp(`"${word}" is not a currency`)],
        [asked({ zone: value }), 'zone', new RegExp(`"${word}" is not a time zone`)],
        [priced({ model: value }), 'prices[0].model', /It has to be one of/],
        [
          priced({ model: 'flat', amount: value }),
          'prices[0].amount',
          new RegExp(`^${word} is not a string of digits`),
        ],
      ]);
    }
    const long = refused(priced({ model: 'flat', amount: '1'.repeat(1_000_000) }));
    assert.ok(long.message.length < 300, long.message.slice(0, 300));
    refuses([[priced({ ...perUnit, name: '\ud800' }), 'prices[0].name', /half a surrogate pair/]]);
  });

  it('a cycle that has nothing to be counted in, rather than divide by it', () => {
    const hours = { startAt: '2026-01-01T00:00:00Z', endAt: '2026-01-01T05:00:00Z' };
    const moment = { startAt: '2026-01-01T00:00:00.100Z', endAt: '2026-01-01T00:00:00.200Z' };
    refuses([
      [asked({ period: hours, proration: 'day' }), 'period', /too short to be counted by the day/],
      [asked({ period: moment }), 'period', /too short to be counted by the second/],
      [priced({ ...perUnit, period: moment }), 'prices[0].period', /too short to be counted by the second/],
    ]);
    assert.equal(previewInvoice(asked({ period: moment, proration: 'none' })).totalMinor, 2500);
  });

  it('a subscription of which nothing is billed, and names what is wrong inside of it', () => {
    const inside = (fields: object) => asked({ subscription: { ...subscription, ...fields } });
    const pause = (from: string, to: string) => ({ from: `${from}T00:00:00Z`, to: `${to}T00:00:00Z` });
    refuses([
      [inside({ pauses: [pause('2026-03-01', '2026-02-01')] }), 'subscription.pauses[0].to', /before it begins/],
      [inside({ endsAt: subscription.startsAt }), 'subscription', /Nothing of it is billed/],
      [
        inside({ trialEndsAt: '2026-01-15T00:00:00Z', endsAt: '2026-01-15T00:00:00Z' }),
        'subscription',
        /Nothing of it is billed/,
      ],
      [inside({ interval: 'week', at: '2099-01-01T00:00:00Z' }), 'subscription.at', /more than 1200 periods/],
    ]);
    // Paused as it begins: its first period is the one after the pause.
    const { period: first } = previewInvoice(inside({ pauses: [pause('2026-01-01', '2026-03-05')] }));
    assert.equal(first?.startAt.toISOString(), '2026-03-05T00:00:00.000Z');
  });

  it('what a price or an event is refused for, at its place in the request', () => {
    const properties = { a: { b: { c: { d: { e: { f: 1 } } } } } };
    const sum = { key: 'sum', name: 'Sum', eventType: 'call', aggregation: 'sum', property: 'n' };
    const owed = { ...event, properties: { n: -5 } };
    const nines = '9'.repeat(30);
    refuses([
      [asked({ events: [event, { ...event, properties }] }), 'events[1].properties.a.b.c.d.e', /nested deeper/],
      [asked({ events: [{ ...event, properties: 'many' }] }), 'events[0].properties', /must be an object/],
      [
        asked({
          period,
          meters: [sum],
          events: [owed],
          prices: [perUnit, { ...perUnit, usage: undefined, meter: 'sum' }],
        }),
        'prices[1]',
        /The quantity of the price "price-2" is -5/,
      ],
      [
        priced({ model: 'per_unit', unitAmount: nines, usage: { quantity: nines } }),
        'prices[0]',
        /does not fit 64 bits/,
      ],
      [
        priced({ model: 'percentage', rate: '5', usage: { quantity: '10', transactionCount: '0' } }),
        'prices[0].usage.transactionCount',
        /their sum is no/,
      ],
    ]);
  });

  it('no quantity for the digits that it came to by itself', () => {
    // Twenty cells of 30 nines each: more digits than may be sent, at a price of nothing.
    const usage = { cells: Array.from({ length: 20 }, (_, i) => ({ values: [`r${i}`], quantity: '9'.repeat(30) })) };
    const free = { ...matrix, otherwise: '0', usage };
    assert.equal(previewInvoice(priced(free)).lines[0]?.quantity, `19${'9'.repeat(28)}80`);
    // 20 nines times 20 nines, capped at 5: minus 5 as a credit.
    const nines = '9'.repeat(20);
    const given = {
      model: 'per_unit',
      unitAmount: nines,
      maximumAmount: '5',
      isCredit: true,
      usage: { quantity: nines },
    };
    assert.equal(previewInvoice(priced(given)).subtotalMinor, -500);
  });

  it('more readings of events than are answered in about a second', () => {
    const events = Array.from({ length: 10_000 }, () => event);
    const one = { ...perUnit, usage: undefined, meter: 'calls' };
    const other = { ...meter, key: 'mails', eventType: 'mail' };
    const prices = (count: number) => Array.from({ length: count }, () => one);
    const request = (count: number) => asked({ period, meters: [meter, other], events, prices: prices(count) });
    // Ten prices read 10,000 events each; what is not of a meter's type is not read.
    assert.equal(previewInvoice(request(10)).lines.length, 10);
    refuses([[request(11), 'events', /110000 times in all; at most 100000/]]);
    const mails = { ...request(10), prices: [...prices(10), { ...one, meter: 'mails' }] };
    assert.equal(previewInvoice(mails).lines.length, 11);
  });
});
