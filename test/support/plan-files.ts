// biome-ignore lint/suspicious/noExplicitAny: a file as it is written, to be broken in all its places
export type Written = any;

const priced = { meter: 'calls' };

/** A plan file with every model, and with each of the fields that a price, plan or meter can have somewhere in it. */
const everything = {
  meters: [
    { key: 'calls', name: 'Calls', eventType: 'api.call', aggregation: 'count' },
    {
      ...{ key: 'bytes', name: 'Bytes', eventType: 'upload', aggregation: 'sum', property: 'size' },
      ...{ filter: { region: ['eu', 'us'] }, window: 'hour', over: 'max', negatives: 'skipped' },
    },
    { key: 'p95', name: 'Peak', eventType: 'sample', aggregation: 'percentile', property: 'rate', percentile: '95' },
    {
      ...{ key: 'members', name: 'Members', eventType: 'member', aggregation: 'unique_count', property: 'user' },
      ...{ operationProperty: 'operation', carries: true },
    },
  ],
  plans: [
    {
      ...{ key: 'everything', name: 'Everything', currency: 'USD', interval: 'month', intervalCount: 1 },
      ...{ anchor: 'calendar', proration: 'day', trialDays: 14 },
      ...{ maximumAmount: '9000', commitment: { amount: '100', overageFactor: '1.5', trueUp: true } },
      prices: [
        { key: 'base', name: 'Base', model: 'flat', amount: '29.00', units: '2', timing: 'arrears', prorate: false },
        { key: 'calls', name: 'Calls', model: 'per_unit', ...priced, unitAmount: '0.002', included: '100' },
        {
          ...{ key: 'stored', name: 'Stored', model: 'graduated', meter: 'bytes', groupBy: ['region'] },
          convert: { divideBy: '1000000000', rounding: 'up', decimals: 2 },
          tiers: [
            { upTo: '10', unitAmount: '0.30', flatAmount: '1' },
            { upTo: '100.5', packageSize: '10', packageAmount: '2', maximumAmount: '15' },
            { upTo: null, unitAmount: '0.10' },
          ],
        },
        {
          ...{ key: 'peak', name: 'Peak', model: 'volume', meter: 'p95', zeroUsage: 'charged' },
          tiers: [
            { upTo: '50', unitAmount: '4' },
            { upTo: null, unitAmount: '3' },
          ],
        },
        {
          ...{ key: 'step', name: 'Step', model: 'stairstep', ...priced, filter: { kind: ['read'] } },
          tiers: [
            { upTo: '1000', flatAmount: '5' },
            { upTo: null, flatAmount: '9' },
          ],
        },
        {
          ...{ key: 'blocks', name: 'Blocks', model: 'package', ...priced, packageSize: '1000' },
          ...{ packageAmount: '1.50', rounding: 'down', minimumAmount: '1', maximumAmount: '80' },
        },
        {
          ...{ key: 'cards', name: 'Cards', model: 'percentage', meter: 'bytes', rate: '2.9', fixedAmount: '0.30' },
          ...{ freeTransactions: '3', freeAmount: '100', transactionMinimum: '0.5', transactionMaximum: '25' },
        },
        {
          ...{ key: 'volume', name: 'Volume', model: 'graduated_percentage', meter: 'bytes' },
          tiers: [
            { upTo: '5000', rate: '1.2' },
            { upTo: null, rate: '0.8', flatAmount: '2' },
          ],
        },
        {
          ...{ key: 'resold', name: 'Resold', model: 'dynamic', ...priced },
          ...{ amountProperty: 'cost', multiplier: '1.2' },
        },
        { key: 'seats', name: 'Seats', model: 'seats', meter: 'members', unitAmount: '12', onDecrease: 'kept' },
        {
          ...{ key: 'teams', name: 'Teams', model: 'seats', meter: 'members', tiering: 'volume' },
          tiers: [
            { upTo: '5', unitAmount: '10' },
            { upTo: null, unitAmount: '8' },
          ],
        },
        {
          ...{ key: 'room', name: 'Room', model: 'capacity', meter: 'bytes' },
          ...{ amount: '50', capacity: '1000', overageUnitAmount: '0.1' },
        },
        {
          ...{
            key: 'grid',
            name: 'Grid',
            model: 'matrix',
            ...priced,
            properties: ['region', 'class'],
            otherwise: '0.05',
          },
          cells: [
            { values: ['eu', 'gold'], unitAmount: '0.04' },
            { values: ['us', 'gold'], unitAmount: '0.03' },
          ],
        },
      ],
    },
    {
      ...{ key: 'two-currencies', name: 'Two currencies', currency: 'usd', currencies: ['EUR'], interval: 'month' },
      prices: [
        {
          ...{ key: 'base', name: 'Base', model: 'flat', amount: '10', timing: 'advance' },
          currencies: { EUR: { amount: '9', timing: 'advance' } },
        },
        {
          ...{ key: 'calls', name: 'Calls', model: 'per_unit', ...priced, unitAmount: '0.002' },
          currencies: { EUR: { unitAmount: '0.0018', maximumAmount: '50' } },
        },
      ],
    },
  ],
};

export function goodFile(): Written {
  return structuredClone(everything);
}

const priceOf = (file: Written, key: string): Written =>
  file.plans[0].prices.find((price: Written) => price.key === key);

export type Bad = {
  what: string;
  break: (file: Written) => void;
  code: string;
  field: string;
  reason: RegExp;
  /** Whether the JSON Schema sees it too; what it cannot know is in one file's other places, or a sum. */
  bySchema: boolean;
};

const at = (key: string) => `plans[0].prices[${everything.plans[0]!.prices.findIndex((price) => price.key === key)}]`;

function bad(
  what: string,
  change: (file: Written) => void,
  code: string,
  field: string,
  reason: RegExp,
  bySchema = true,
): Bad {
  return { what, break: change, code, field, reason, bySchema };
}
const unseen = (...[what, change, code, field, reason]: Parameters<typeof bad>): Bad =>
  bad(what, change, code, field, reason, false);

/** One fault each: what it is, how the file above gets it, and how it is refused. */
export const badFiles: readonly Bad[] = [
  unseen(
    'a gap in tiers',
    (file) => Object.assign(priceOf(file, 'stored').tiers[1], { upTo: null }),
    'price-invalid',
    `${at('stored')}.tiers[1].upTo`,
    /Only the last tier is open/,
  ),
  unseen(
    'tiers that end',
    (file) => Object.assign(priceOf(file, 'stored').tiers[2], { upTo: '200' }),
    'price-invalid',
    `${at('stored')}.tiers[2].upTo`,
    /last tier has to be open/,
  ),
  unseen(
    'bounds out of order',
    (file) => Object.assign(priceOf(file, 'stored').tiers[1], { upTo: '9' }),
    'price-invalid',
    `${at('stored')}.tiers[1].upTo`,
    /above the 10 of the tier before/,
  ),
  bad(
    'a tier that begins somewhere',
    (file) => Object.assign(priceOf(file, 'stored').tiers[1], { from: '11' }),
    'price-invalid',
    `${at('stored')}.tiers[1].from`,
    /not known here/,
  ),
  bad(
    'a negative size',
    (file) => Object.assign(priceOf(file, 'blocks'), { packageSize: '-5' }),
    'price-invalid',
    `${at('blocks')}.packageSize`,
    /-5 is not above zero/,
  ),
  bad(
    'a size of zero',
    (file) => Object.assign(priceOf(file, 'blocks'), { packageSize: '0.0' }),
    'price-invalid',
    `${at('blocks')}.packageSize`,
    /0 is not above zero/,
  ),
  bad(
    'an unknown currency',
    (file) => Object.assign(file.plans[0], { currency: 'XXX' }),
    'currency-unknown',
    'plans[0].currency',
    /"XXX" is not a currency in use/,
  ),
  bad(
    'a coin in the place of a currency',
    (file) => Object.assign(file.plans[0], { currency: 'USDT' }),
    'currency-unknown',
    'plans[0].currency',
    /"USDT" is not a currency in use/,
  ),
  bad(
    'a decimal of 40 digits',
    (file) => Object.assign(priceOf(file, 'calls'), { unitAmount: '1'.repeat(40) }),
    'decimal-invalid',
    `${at('calls')}.unitAmount`,
    /at most 30 digits before/,
  ),
  bad(
    'a number that is not in quotes',
    (file) => Object.assign(priceOf(file, 'calls'), { unitAmount: 0.002 }),
    'decimal-invalid',
    `${at('calls')}.unitAmount`,
    /0\.002 is not a string of digits/,
  ),
  bad(
    'an exponent',
    (file) => Object.assign(priceOf(file, 'calls'), { unitAmount: '2e-3' }),
    'decimal-invalid',
    `${at('calls')}.unitAmount`,
    /"2e-3" is not a plain decimal/,
  ),
  bad(
    'a negative amount',
    (file) => Object.assign(priceOf(file, 'base'), { amount: '-1' }),
    'price-invalid',
    `${at('base')}.amount`,
    /-1 is not zero or more/,
  ),
  unseen(
    'a most below the least',
    (file) => Object.assign(priceOf(file, 'blocks'), { minimumAmount: '81' }),
    'price-invalid',
    `${at('blocks')}.maximumAmount`,
    /below the minimum of 81/,
  ),
  unseen(
    'a commitment and a minimum',
    (file) => Object.assign(file.plans[0], { minimumAmount: '5' }),
    'plan-invalid',
    'plans[0].minimumAmount',
    /commitment is a minimum already/,
  ),
  bad(
    'a misspelt field',
    (file) => Object.assign(priceOf(file, 'base'), { amuont: '1' }),
    'price-invalid',
    `${at('base')}.amuont`,
    /not known here/,
  ),
  bad(
    'included units of a flat fee',
    (file) => Object.assign(priceOf(file, 'base'), { included: '1' }),
    'price-invalid',
    `${at('base')}.included`,
    /no units to include/,
  ),
  bad(
    'what no use of a capacity costs',
    (file) => Object.assign(priceOf(file, 'room'), { zeroUsage: 'free' }),
    'price-invalid',
    `${at('room')}.zeroUsage`,
    /due with and without use/,
  ),
  bad(
    'an unknown model',
    (file) => Object.assign(priceOf(file, 'base'), { model: 'dutch_auction' }),
    'price-invalid',
    `${at('base')}.model`,
    /one of flat/,
  ),
  bad(
    'no meter for use',
    (file) => delete priceOf(file, 'calls').meter,
    'plan-invalid',
    `${at('calls')}.meter`,
    /needs a meter/,
  ),
  unseen(
    'a meter that is not there',
    (file) => Object.assign(priceOf(file, 'calls'), { meter: 'telephone' }),
    'plan-invalid',
    `${at('calls')}.meter`,
    /no meter "telephone"/,
  ),
  unseen(
    'seats without a price',
    (file) => delete priceOf(file, 'seats').unitAmount,
    'price-invalid',
    at('seats'),
    /either a unitAmount or tiers/,
  ),
  bad(
    'a filter of a flag',
    (file) => Object.assign(priceOf(file, 'step'), { filter: { cancelled: [false] } }),
    'price-invalid',
    `${at('step')}.filter.cancelled[0]`,
    /has to be a text/,
  ),
  bad(
    'a filter of nothing',
    (file) => Object.assign(priceOf(file, 'step'), { filter: {} }),
    'price-invalid',
    `${at('step')}.filter`,
    /names no property/,
  ),
  unseen(
    'a price that is there twice',
    (file) => Object.assign(priceOf(file, 'calls'), { key: 'base' }),
    'plan-invalid',
    'plans[0].prices[1].key',
    /"base" is there twice/,
  ),
  unseen(
    'no amounts in a currency of the plan',
    (file) => delete file.plans[1].prices[1].currencies,
    'price-invalid',
    'plans[1].prices[1].currencies',
    /no amounts in EUR/,
  ),
  bad(
    'a key in capitals',
    (file) => Object.assign(file.plans[0], { key: 'Everything' }),
    'plan-invalid',
    'plans[0].key',
    /is not a key/,
  ),
  bad(
    'an interval that is none',
    (file) => Object.assign(file.plans[0], { interval: 'fortnight' }),
    'plan-invalid',
    'plans[0].interval',
    /one of week, month/,
  ),
  bad(
    'three years of a trial',
    (file) => Object.assign(file.plans[0], { trialDays: 1_095 }),
    'plan-invalid',
    'plans[0].trialDays',
    /from 0 to 730/,
  ),
  bad(
    'a plan without prices',
    (file) => Object.assign(file.plans[0], { prices: [] }),
    'plan-invalid',
    'plans[0].prices',
    /at least 1/,
  ),
  unseen(
    'a plan that is there twice',
    (file) => Object.assign(file.plans[1], { key: 'everything' }),
    'plan-invalid',
    'plans[1].key',
    /"everything" is there twice/,
  ),
  unseen(
    'a count with a property',
    (file) => Object.assign(file.meters[0], { property: 'size' }),
    'meter-invalid',
    'meters[0].property',
    /A count counts events/,
  ),
  bad(
    'an unknown aggregation',
    (file) => Object.assign(file.meters[0], { aggregation: 'median' }),
    'meter-invalid',
    'meters[0].aggregation',
    /one of count/,
  ),
  bad('an unknown part', (file) => Object.assign(file, { coupons: [] }), 'plan-invalid', 'coupons', /not known here/),
];
