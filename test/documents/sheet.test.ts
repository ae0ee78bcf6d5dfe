import assert from 'node:assert/strict';
import fc from 'fast-check';
import { addressLines } from '../../src/documents/address.ts';
import { creditNoteSheet } from '../../src/documents/credit-note-sheet.ts';
import { invoiceSheet } from '../../src/documents/invoice-sheet.ts';
import { dictionary, fill, type Language } from '../../src/documents/labels/index.ts';
import { speechOf } from '../../src/documents/locale.ts';
import { plainLines, plainText } from '../../src/documents/text.ts';
import { Typesetter } from '../../src/documents/typeset/typesetter.ts';
import { unitPriceOf, workingDetails } from '../../src/documents/working.ts';
import { currencies, parseCurrency } from '../../src/domain/money/currency.ts';
import { majorText } from '../../src/domain/money/money.ts';
import { creditNote, shortInvoice } from './samples.ts';

const eur = parseCurrency('EUR');
const languages = Object.keys(dictionary) as Language[];

describe('The words of documents', () => {
  it('are there in every language, each with the places that the English ones have', () => {
    const places = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const language of languages) {
      for (const [name, label] of Object.entries(dictionary[language])) {
        assert.notEqual(label.trim(), '', `${language}.${name}`);
        assert.deepEqual(
          places(label),
          places(dictionary.en[name as keyof typeof dictionary.en]),
          `${language}.${name}`,
        );
      }
    }
  });

  it('are written by the fonts, all of them', async () => {
    const typesetter = new Typesetter();
    for (const language of languages) {
      const sheet = invoiceSheet(shortInvoice({ language }));
      const remarks = Object.values(dictionary[language]).map((label) => ({ label, lines: [label] }));
      const { unwritable } = await typesetter.set({ ...sheet, remarks });
      assert.deepEqual(unwritable, [], language);
    }
    await typesetter.close();
  }).timeout(60_000);

  it('are English for a language that nobody here speaks, and for what is no language', () => {
    for (const tag of ['fi', 'tlh', '', 'not a tag', '123'])
      assert.equal(speechOf(tag, 'UTC', eur).language, 'en', tag);
    assert.equal(speechOf('de-CH', 'UTC', eur).language, 'de');
    assert.equal(speechOf('zh-Hant-TW', 'UTC', eur).language, 'zh');
  });

  it('have no value put into a place that is not there', () => {
    assert.equal(fill('Page {page} of {pages}', { page: '$&', pages: '2' }), 'Page $& of 2');
    assert.throws(() => fill('Page', { page: '1' }), TypeError);
  });
});

describe('Amounts and days on documents', () => {
  it('are written as their country does', () => {
    const written = (tag: string, code: string, minor: bigint) =>
      speechOf(tag, 'UTC', parseCurrency(code)).money(minor);
    assert.equal(written('en-US', 'USD', 123_450n), '$1,234.50');
    assert.equal(written('de-DE', 'EUR', -123_450n), '−1.234,50\u00a0€');
    assert.equal(written('fr-FR', 'EUR', 123_450n), '1\u00a0234,50\u00a0€');
    assert.equal(written('ja-JP', 'JPY', 1_234n), '￥1,234');
    assert.equal(written('en', 'KWD', 1_234n), 'KWD\u00a01.234');
  });

  it('have every digit of the amount, whatever the currency, the language and the size', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...currencies),
        fc.constantFrom(...languages),
        fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
        (currency, language, amountMinor) => {
          const text = speechOf(language, 'UTC', currency).money(amountMinor);
          // Names of currencies have no digits; what is left when all but digits goes is the amount in minor units.
          assert.equal(text.replace(/\D/g, ''), majorText({ amountMinor, currency }).replace(/\D/g, ''));
          assert.equal(text.includes('−'), amountMinor < 0n, text);
        },
      ),
    );
  });

  it('lie in the zone of the buyer, and a period ends on its last day', () => {
    const sydney = speechOf('en-AU', 'Australia/Sydney', eur);
    assert.equal(sydney.day(new Date('2013-02-02T15:00:00Z')), '3 Feb 2013');
    assert.equal(sydney.namedDay('2013-02-10'), '10 Feb 2013');
    // January of 2013 in Sydney, eleven hours before UTC.
    const period = { startAt: new Date('2012-12-31T13:00:00Z'), endAt: new Date('2013-01-31T13:00:00Z') };
    assert.match(sydney.period(period), /^1\s?–\s?31 Jan 2013$/);
  });

  it('have the digits and the calendar that everybody reads, in Arabic too', () => {
    assert.match(speechOf('ar-SA', 'UTC', eur).day(new Date('2026-02-16T12:00:00Z')), /^16.*2026$/u);
    assert.equal(speechOf('ar-EG', 'UTC', eur).quantity('1234.5'), '1,234.5');
    assert.match(speechOf('ja-JP-u-ca-japanese', 'UTC', eur).namedDay('2026-02-16'), /^2026年2月16日$/);
  });

  it('keep the decimals of a price of very little', () => {
    assert.equal(speechOf('en', 'UTC', parseCurrency('USD')).price('0.000012345'), '$0.000012345');
    assert.equal(speechOf('de', 'UTC', eur).price('2.5'), '2,50\u00a0€');
    assert.equal(speechOf('en', 'UTC', eur).percent('8.875'), '8.875%');
  });
});

describe('Texts on documents', () => {
  it('are one line without what cannot be seen', () => {
    assert.equal(plainText('  Ada\n\tLove\u0000lace\u202e \ud800'), 'Ada Lovelace');
    assert.deepEqual(plainLines('one\r\n\n two \u2028three'), ['one', 'two', 'three']);
    assert.deepEqual(plainLines(null), []);
    // Joiners are letters of their languages.
    assert.equal(plainText('نمی\u200cخواهم'), 'نمی\u200cخواهم');
  });

  it('have places to break in long words, and lose nothing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const once = plainText(text);
        assert.equal(plainText(once), once, 'twice is once');
        const words = once.replaceAll('\u200b', ' ').split(' ');
        assert.ok(words.every((word) => !/^[\x21-\x7e]{28,}$/.test(word)));
      }),
    );
    assert.equal(plainText('x'.repeat(100)).replaceAll('\u200b', ''), 'x'.repeat(100));
  });

  it('of addresses stand in the order of their country', () => {
    const place = { lines: ['1 Main St'], postalCode: '94107', city: 'San Francisco', region: 'CA', country: 'US' };
    assert.deepEqual(addressLines(place, speechOf('de', 'UTC', eur)), [
      '1 Main St',
      'San Francisco, CA 94107',
      'Vereinigte Staaten',
    ]);
    const köln = { lines: [], postalCode: '50672', city: 'Köln', region: null, country: 'DE' };
    assert.deepEqual(addressLines(köln, speechOf('en', 'UTC', eur)), ['50672 Köln', 'Germany']);
    assert.deepEqual(addressLines(null, speechOf('en', 'UTC', eur)), []);
  });
});

describe('The working of a line on a document', () => {
  const speech = speechOf('en', 'UTC', parseCurrency('USD'));

  it('is its unit price where all of it has one', () => {
    const working = [{ kind: 'units' as const, quantity: '60', unitAmount: '12.5', amount: '750' }];
    assert.equal(unitPriceOf(working, speech), '$12.50');
    assert.deepEqual(workingDetails(working, speech), []);
  });

  it('is told step by step otherwise, to a limit', () => {
    assert.deepEqual(
      workingDetails(
        [
          { kind: 'included', quantity: '1000', amount: '0' },
          { kind: 'tier', quantity: '500', unitAmount: '0.02', amount: '10' },
          { kind: 'package', packages: '3', packageSize: '100', packageAmount: '5', amount: '15' },
          { kind: 'percentage', quantity: '200', rate: '2.9', amount: '5.8' },
          { kind: 'floor', bound: '50', amount: '19.2' },
        ],
        speech,
      ),
      ['1,000 included', '500 × $0.02', '3 × $5.00', '2.9% of $200.00', 'Minimum $50.00'],
    );
    const tier = { kind: 'tier' as const, quantity: '1', unitAmount: '1', amount: '1' };
    assert.deepEqual(workingDetails(Array(9).fill(tier), speech), [...Array(6).fill('1 × $1.00'), '…']);
  });

  it('says which part of the cycle is charged', () => {
    const share = { numerator: '15', denominator: '31' };
    const flat = { kind: 'flat' as const, flatAmount: '100', amount: '48.38709677', share };
    assert.deepEqual(workingDetails([flat], speech), ['$100.00 × 15/31']);
    const units = { kind: 'units' as const, quantity: '2', unitAmount: '10', amount: '9.67', share };
    assert.equal(unitPriceOf([units], speech), null);
    assert.deepEqual(workingDetails([units], speech), ['2 × $10.00 × 15/31']);
  });
});

describe('The sums on a sheet', () => {
  const pairs = (totals: readonly { label: string; value: string }[]) =>
    totals.map(({ label, value }) => [label, value]);

  it('lead from the charges to what is due, with what is carried', () => {
    // −50.00 of charges and 19 % on it: −9.50. −59.50 is carried to the balance, and nothing is due.
    const sheet = invoiceSheet(
      shortInvoice({
        subtotalMinor: -5_000n,
        discounts: [],
        taxes: [{ name: 'VAT', percentage: '19', isInclusive: false, taxableMinor: -5_000n, amountMinor: -950n }],
        carriedMinor: 5_950n,
        credits: [],
        totalMinor: 0n,
      }),
    );
    assert.deepEqual(pairs(sheet.totals), [
      ['Subtotal', '−$50.00'],
      ['VAT 19%', '−$9.50'],
      ['Total', '−$59.50'],
      ['Carried to your balance', '$59.50'],
      ['Amount due', '$0.00'],
    ]);
    assert.deepEqual(sheet.headline, { text: 'Nothing to pay', link: null });
  });

  it('add no tax that the charges contain, and tell of it in the table of taxes', () => {
    // 119.00 with 19 % in it: 100.00 and 19.00.
    const sheet = invoiceSheet(
      shortInvoice({
        subtotalMinor: 11_900n,
        discounts: [],
        taxes: [{ name: 'VAT', percentage: '19', isInclusive: true, taxableMinor: 10_000n, amountMinor: 1_900n }],
        credits: [],
        totalMinor: 11_900n,
      }),
    );
    assert.deepEqual(pairs(sheet.totals), [
      ['Subtotal', '$119.00'],
      ['Total', '$119.00'],
      ['Amount due', '$119.00'],
    ]);
    assert.deepEqual(sheet.taxes?.rows, [
      { name: 'VAT (included)', rate: '19%', taxable: '$100.00', amount: '$19.00' },
    ]);
  });

  it('of a credit note say where each part of it goes', () => {
    assert.deepEqual(pairs(creditNoteSheet(creditNote()).totals), [
      ['Subtotal', '$125.00'],
      ['Discount', '−$12.50'],
      ['VAT 19%', '$21.38'],
      ['Total', '$133.88'],
      ['Refunded', '$100.00'],
      ['Credited to your balance', '$33.88'],
    ]);
  });
});
