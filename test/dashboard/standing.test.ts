import assert from 'node:assert/strict';
import { standingSentence } from '../../src/dashboard/pages/invoices/standing.ts';
import { standings } from '../../src/store/invoice-status.ts';

type Invoice = Parameters<typeof standingSentence>[0];

/** Whatever is written goes through the reader's formats, which these name. */
const formats = {
  money: (minor: number, currency: string) => `${currency}(${minor})`,
  date: (at: string) => `date(${at})`,
  day: (on: string) => `day(${on})`,
} as Parameters<typeof standingSentence>[1];

const facts = {
  ...{ currency: 'USD', amountPaidMinor: 300, amountDueMinor: 700, collection: 'send_invoice' },
  ...{ dueAt: 'DUE', paidAt: 'PAID', paymentDueOn: 'BY' },
};
const sentenceOf = (standing: string, more: object = {}) =>
  standingSentence({ ...facts, standing, ...more } as Invoice, formats);

describe('The sentence on where an invoice stands', () => {
  it('has its days and amounts as the reader writes them', () => {
    assert.equal(
      sentenceOf('draft'),
      'It becomes final on date(DUE). Until then late usage and corrections still change it.',
    );
    assert.equal(
      sentenceOf('becoming-final'),
      'It becomes final soon. Until then late usage and corrections still change it.',
    );
    assert.equal(sentenceOf('open'), 'USD(700) is to be paid by day(BY).');
    assert.equal(sentenceOf('overdue'), 'USD(700) was to be paid by day(BY).');
    assert.equal(sentenceOf('partly-paid'), 'USD(300) is paid. Left to be paid by day(BY): USD(700).');
    assert.equal(sentenceOf('paid'), 'It was paid on date(PAID).');
  });

  it('asks nobody to pay what is charged by itself, or nothing', () => {
    const charged = { collection: 'charge_automatically' };
    for (const standing of ['open', 'on-its-way', 'tried-again', 'waits-for-us']) {
      assert.equal(sentenceOf(standing, charged), 'We charge USD(700) to your saved payment method.');
      assert.equal(sentenceOf(standing, { amountDueMinor: 0 }), null);
      assert.equal(sentenceOf(standing, { paymentDueOn: null }), null);
    }
  });

  it('never names a day that there is none of', () => {
    for (const standing of standings) {
      const said = sentenceOf(standing, { paymentDueOn: standing === 'overdue' ? 'BY' : null, paidAt: null });
      assert.doesNotMatch(said ?? '', /null|undefined/, standing);
    }
  });
});
