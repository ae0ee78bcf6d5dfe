import assert from 'node:assert/strict';
import { openStories, type Stories } from './story.ts';

/** Cycles of other lengths and anchors than calendar months, trials, and starts in the past. */
describe('Cycles of subscriptions', function () {
  this.timeout(120_000);
  let stories: Stories;

  before(async () => {
    stories = await openStories();
  });
  after(async () => await stories?.close());

  it('bills the first days after a trial by their share, and nothing that was used in it', async () => {
    const story = await stories.story('trial', { at: '2013-01-01T00:00:00Z' });
    const customer = await story.customer();
    await story.subscribe(customer, 'trial');
    await story.call(customer, '2013-01-10T12:00:00Z', 3);
    await story.call(customer, '2013-01-14T23:59:59.999Z', 1);
    await story.call(customer, '2013-01-15T00:00:00Z', 2);
    await story.advance('2013-03-03T00:00:00Z');
    // 14 days from 1 January are a trial, so 17 of January's 31 days are paid: 31.00 × 17 / 31 = 17.00, and 2 calls.
    assert.deepEqual(await story.bills(customer), [
      { total: '18.00', lines: ['Base fee: 2013-01-15 2013-02-01 17.00', 'Calls: 2013-01-15 2013-02-01 1.00'] },
      { total: '31.00', lines: ['Base fee: 2013-02-01 2013-03-01 31.00', 'Calls: 2013-02-01 2013-03-01 0.00'] },
    ]);
  });

  it('renews what began on the 31st on the last day of February, and on the 31st again', async () => {
    const story = await stories.story('anniversary', { at: '2013-01-31T12:00:00Z' });
    const customer = await story.customer();
    await story.subscribe(customer, 'anniversary');
    await story.advance('2013-05-02T00:00:00Z');
    // Each is a whole cycle, however many days it has.
    assert.deepEqual(await story.bills(customer), [
      { total: '30.00', lines: ['Base fee: 2013-01-31T12:00Z 2013-02-28T12:00Z 30.00'] },
      { total: '30.00', lines: ['Base fee: 2013-02-28T12:00Z 2013-03-31T12:00Z 30.00'] },
      { total: '30.00', lines: ['Base fee: 2013-03-31T12:00Z 2013-04-30T12:00Z 30.00'] },
    ]);
  });

  it('bills weeks from Monday to Monday in New York, over the change of its clocks', async () => {
    const story = await stories.story('weekly', { at: '2013-03-04T05:00:00Z', zone: 'America/New_York' });
    const customer = await story.customer();
    await story.subscribe(customer, 'weekly');
    // Clocks go forward on Sunday, 10 March: the week that ends then has an hour less, and is a whole one all the same.
    await story.call(customer, '2013-03-11T03:59:59.999Z', 1);
    await story.call(customer, '2013-03-11T04:00:00Z', 3);
    await story.advance('2013-03-20T00:00:00Z');
    // 7.00 + 1 × 0.50 = 7.50, and 7.00 + 3 × 0.50 = 8.50
    assert.deepEqual(await story.bills(customer), [
      {
        total: '7.50',
        lines: [
          'Base fee: 2013-03-04T05:00Z 2013-03-11T04:00Z 7.00',
          'Calls: 2013-03-04T05:00Z 2013-03-11T04:00Z 0.50',
        ],
      },
      {
        total: '8.50',
        lines: [
          'Base fee: 2013-03-11T04:00Z 2013-03-18T04:00Z 7.00',
          'Calls: 2013-03-11T04:00Z 2013-03-18T04:00Z 1.50',
        ],
      },
    ]);
  });

  it('bills the months since a start in the past, each once', async () => {
    const story = await stories.story('backdated', { at: '2013-04-10T00:00:00Z' });
    const customer = await story.customer();
    await story.call(customer, '2013-01-10T00:00:00Z', 5);
    await story.call(customer, '2013-02-10T00:00:00Z', 2);
    await story.subscribe(customer, 'basic', { startsAt: '2013-01-16T00:00:00Z' });
    await story.advance('2013-05-03T00:00:00Z');
    // 16 of January's 31 days: 16.00, and no call, since those came before it began. February: 31.00 + 2 × 0.50.
    assert.deepEqual(await story.bills(customer), [
      { total: '16.00', lines: ['Base fee: 2013-01-16 2013-02-01 16.00', 'Calls: 2013-01-16 2013-02-01 0.00'] },
      { total: '32.00', lines: ['Base fee: 2013-02-01 2013-03-01 31.00', 'Calls: 2013-02-01 2013-03-01 1.00'] },
      { total: '31.00', lines: ['Base fee: 2013-03-01 2013-04-01 31.00', 'Calls: 2013-03-01 2013-04-01 0.00'] },
      { total: '31.00', lines: ['Base fee: 2013-04-01 2013-05-01 31.00', 'Calls: 2013-04-01 2013-05-01 0.00'] },
    ]);
  });

  it('bills a quarter beside the months of the same customer, on an invoice of its own', async () => {
    const story = await stories.story('quarterly', { at: '2013-01-01T00:00:00Z' });
    const customer = await story.customer();
    await story.subscribe(customer, 'basic');
    await story.subscribe(customer, 'quarterly');
    await story.advance('2013-04-03T00:00:00Z');
    const month = (from: string, to: string) => ({
      total: '31.00',
      lines: [`Base fee: ${from} ${to} 31.00`, `Calls: ${from} ${to} 0.00`],
    });
    assert.deepEqual(await story.bills(customer), [
      month('2013-01-01', '2013-02-01'),
      { total: '90.00', lines: ['Base fee: 2013-01-01 2013-04-01 90.00'] },
      month('2013-02-01', '2013-03-01'),
      month('2013-03-01', '2013-04-01'),
    ]);
  });
});
