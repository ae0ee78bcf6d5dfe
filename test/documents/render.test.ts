import assert from 'node:assert/strict';
import type { InvoiceDocument } from '../../src/documents/model.ts';
import { maxDocumentLines, renderCreditNote, renderInvoice } from '../../src/documents/render.ts';
import {
  arabicInvoice,
  chineseInvoice,
  creditNote,
  germanInvoice,
  hebrewInvoice,
  japaneseInvoice,
  longInvoice,
  shortInvoice,
} from './samples.ts';
import { readPdf, sha256 } from './support.ts';

const rendered = async (invoice: InvoiceDocument) => await readPdf((await renderInvoice(invoice)).bytes);

describe('A rendered document', () => {
  it('has every fact of the invoice as text that can be selected', async () => {
    const { pages, info, links } = await rendered(shortInvoice());
    assert.equal(pages.length, 1);
    const [page = ''] = pages;
    for (const text of [
      'Invoice number INV-000042',
      'Feb 2, 2026',
      'Jan 1 – 31, 2026',
      'PO 2026/0815',
      '60549 Frankfurt am Main',
      'Flushing, NY 11371',
      'United States',
      'Tax ID: DE123456789',
      'HRB 98765, Amtsgericht Frankfurt',
      '$1,000.00 due on Feb 16, 2026',
      'Landings',
      'Discount −$75.00 60 $12.50 19% $750.00',
      '500 included 500 × $0.50 500 × $0.20',
      'Subtotal $1,200.00',
      'WINTER10 (10 %) −$120.00',
      'VAT 19% $205.20',
      'VAT 19% $1,080.00 $205.20',
      'Total $1,285.20',
      'Prepaid wallet −$285.20',
      'Amount due $1,000.00',
      'Thank you for flying from our gates.',
      'IBAN DE02 1203 0000 0000 2020 51',
      'Page 1 of 1',
    ]) {
      assert.ok(page.includes(text), `"${text}" is not in: ${page}`);
    }
    assert.deepEqual(links, ['https://pay.northwind.example/i/42']);
    assert.deepEqual(
      [info['Title'], info['Author'], info['CreationDate'], info['Language']],
      ['Invoice INV-000042', 'Northwind Airport Services GmbH', 'D:20260202150000Z', 'en'],
    );
  });

  it('is the same to the last byte for the same facts, and another one for others', async () => {
    const [first, again] = [await renderInvoice(shortInvoice()), await renderInvoice(shortInvoice())];
    assert.equal(sha256(first.bytes), sha256(again.bytes));
    const other = await renderInvoice(shortInvoice({ memo: 'Thank you.' }));
    assert.notEqual(sha256(first.bytes), sha256(other.bytes));
  });

  it('repeats the head of the table, counts its pages and keeps the totals together', async () => {
    const { pages } = await rendered(longInvoice(150));
    assert.ok(pages.length >= 4, `${pages.length} pages`);
    const shown = pages.flatMap((page) => page.match(/Gate \d{4}/g) ?? []);
    assert.deepEqual(
      shown,
      Array.from({ length: 150 }, (_, index) => `Gate ${String(index + 1).padStart(4, '0')}`),
      'each line once, in order',
    );
    for (const [index, page] of pages.entries()) {
      assert.ok(page.includes(`Page ${index + 1} of ${pages.length}`));
      if (/Gate \d{4}/.test(page)) assert.match(page, /Description Quantity Unit price Tax Amount \(USD\)/);
      if (index > 0) assert.match(page, /Invoice INV-000042/);
    }
    // 150 × 1.10 = 165.00, and 19 % on it: 31.35.
    assert.match(pages.at(-1) ?? '', /Subtotal \$165\.00 VAT 19% \$31\.35 Total \$196\.35 Amount due \$196\.35/);
    assert.ok(pages.slice(0, -1).every((page) => !page.includes('Subtotal')));
  });

  it('keeps the totals together wherever the lines end on the page', async () => {
    // Between 20 and 40 lines, the end of the table walks over a whole page.
    for (let count = 20; count <= 40; count += 2) {
      const { pages } = await rendered(longInvoice(count));
      const holders = ['Subtotal', 'Amount due $'].map((text) => pages.findIndex((page) => page.includes(text)));
      assert.equal(holders[0], holders[1], `${count} lines`);
    }
  });

  it('writes Arabic from right to left, in its own shapes and searchable', async () => {
    const { pages, info } = await rendered(arabicInvoice());
    const [page = ''] = pages;
    for (const text of [
      'فاتورة',
      'شركة',
      'الخليج',
      'للطيران',
      'المجموع',
      'Base fee — monthly',
      '1,365.00',
      'INV-000042',
    ]) {
      assert.ok(page.includes(text), `"${text}" is not in: ${page}`);
    }
    assert.equal(info['Language'], 'ar');
    assert.ok(page.includes('60549 Frankfurt am Main'), 'a street does not turn around its number');
  });

  it('writes Hebrew, Japanese and Chinese', async () => {
    const [hebrew, japanese, chinese] = await Promise.all(
      [hebrewInvoice(), japaneseInvoice(), chineseInvoice()].map(
        async (invoice) => (await rendered(invoice)).pages[0] ?? '',
      ),
    );
    for (const text of ['חשבונית', 'הגליל', 'תעופת'])
      assert.ok(hebrew?.includes(text), `"${text}" is not in: ${hebrew}`);
    // Typesetting puts a little space between digits and ideographs.
    for (const text of ['請求書', '青空航空株式会社', '支払済', '消費税 (内税)', '¥121,000']) {
      assert.ok(japanese?.includes(text), `"${text}" is not in: ${japanese}`);
    }
    for (const text of ['账单', '深圳市南山航空服务有限公司', '已作废', '无需付款']) {
      assert.ok(chinese?.includes(text), `"${text}" is not in: ${chinese}`);
    }
  });

  it('marks a draft and a void one on the page, and offers no payment there', async () => {
    const draft = await rendered(germanInvoice());
    assert.match(draft.pages[0] ?? '', /Entwurf/);
    assert.match(draft.pages[0] ?? '', /Steuerschuldnerschaft des Leistungsempfängers.*Sec\. 13b UStG, ATU12345678/s);
    assert.match(draft.pages[0] ?? '', /Ersetzt Rechnung INV-000041/);
    assert.doesNotMatch(draft.pages[0] ?? '', /Rechnungsnummer/);
    const voided = await rendered(shortInvoice({ stamp: { kind: 'void' } }));
    assert.match(voided.pages[0] ?? '', /Void.*Nothing to pay/s);
    assert.deepEqual([draft.links, voided.links], [[], []]);
  });

  it('says when it was paid, and that nothing is due any more', async () => {
    const paidAt = new Date('2026-02-11T02:00:00Z');
    const { pages, links } = await rendered(shortInvoice({ stamp: { kind: 'paid', paidAt } }));
    // Two in the morning in UTC is the evening before in New York.
    assert.match(pages[0] ?? '', /\$1,000\.00 paid on Feb 10, 2026/);
    assert.match(pages[0] ?? '', /Amount paid −\$1,000\.00 Amount due \$0\.00/);
    assert.deepEqual(links, []);
  });

  it('sets a credit note with the way in which it is given back', async () => {
    const { bytes } = await renderCreditNote(creditNote());
    const [page = ''] = (await readPdf(bytes)).pages;
    for (const text of [
      'Credit note',
      'CN-000003',
      'INV-000042 (Feb 2, 2026)',
      'Reason Duplicate',
      'Ten landings were counted twice',
      '$133.88 credited',
      'Subtotal $125.00 Discount −$12.50 VAT 19% $21.38 Total $133.88 Refunded $100.00 Credited to your balance $33.88',
    ]) {
      assert.ok(page.includes(text), `"${text}" is not in: ${page}`);
    }
  });

  it('takes texts as texts: nothing in a name is markup, and none turns the direction of a line', async () => {
    const name = '#panic() *bold* $x^2$ <label> @ref \\ "quoted" \u202e\u0007evil';
    const { buyer, ...rest } = shortInvoice();
    const { bytes, unwritable } = await renderInvoice({
      ...rest,
      buyer: { ...buyer, name },
      memo: '= no heading\n// kept',
    });
    const [page = ''] = (await readPdf(bytes)).pages;
    assert.ok(page.includes('#panic() *bold* $x^2$ <label> @ref \\ "quoted" evil'), page);
    assert.ok(page.includes('= no heading // kept'), page);
    assert.deepEqual(unwritable, []);
  });

  it('is made all the same of characters that no font has, and tells which', async () => {
    const { buyer, ...rest } = shortInvoice();
    const { bytes, unwritable } = await renderInvoice({ ...rest, buyer: { ...buyer, name: 'Ξένια → 🚀 Airways' } });
    assert.deepEqual(unwritable, ['🚀']);
    const [page = ''] = (await readPdf(bytes)).pages;
    assert.ok(page.includes('Ξένια → \ufffd Airways'), page);
    // Places to break need no glyph, and are not taken for what has none.
    const georgian = 'საქართველოს'.repeat(4);
    const other = await renderInvoice({
      ...rest,
      buyer: { ...buyer, name: georgian, email: `${'a'.repeat(40)}@b.example` },
    });
    assert.deepEqual(new Set(other.unwritable), new Set(georgian));
    const words = (await readPdf(other.bytes)).pages[0]?.replaceAll(' ', '') ?? '';
    assert.ok(words.includes(`${'a'.repeat(40)}@b.example`), words);
  });

  it('breaks a word that no line could hold', async () => {
    const { buyer, ...rest } = shortInvoice();
    const name = 'A'.repeat(255);
    const [page = ''] = (await rendered({ ...rest, buyer: { ...buyer, name } })).pages;
    assert.equal(page.match(/A{4,}/g)?.join('').length, 255, 'nothing of it is cut off');
  });

  it('refuses what nobody would read', async () => {
    await assert.rejects(renderInvoice(longInvoice(maxDocumentLines + 1)), { code: 'document-too-long' });
  });
}).timeout(60_000);
