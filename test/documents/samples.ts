import type { CreditNoteDocument, DocumentLine, DocumentParty, InvoiceDocument } from '../../src/documents/model.ts';
import { parseCurrency } from '../../src/domain/money/currency.ts';

// Businesses that nobody has, with numbers that add up by hand.

const seller = {
  name: 'Northwind Airport Services GmbH',
  address: { lines: ['Rollfeld 7'], postalCode: '60549', city: 'Frankfurt am Main', region: null, country: 'DE' },
  taxIds: ['DE123456789'],
  registration: 'HRB 98765, Amtsgericht Frankfurt',
  email: 'billing@northwind.example',
  bankDetails: 'IBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001',
  footer: 'Northwind Airport Services GmbH · Managing directors: Ada Lindqvist, Jonas Weber\nnorthwind.example',
};

const buyer: DocumentParty = {
  name: 'Blue Meridian Airways, Inc.',
  address: {
    lines: ['118 Terminal Road', 'Suite 400'],
    postalCode: '11371',
    city: 'Flushing',
    region: 'NY',
    country: 'US',
  },
  taxIds: ['12-3456789'],
  registration: null,
  email: 'accounts@bluemeridian.example',
};

const line = {
  period: null,
  quantity: null,
  working: [],
  discountMinor: 0n,
  taxRates: [],
} satisfies Partial<DocumentLine>;

/** The month of January in the zone that lies so many hours from UTC. */
const januaryAt = (hours: number) => ({
  startAt: new Date(Date.UTC(2026, 0, 1, -hours)),
  endAt: new Date(Date.UTC(2026, 1, 1, -hours)),
});

/** Landings at 12.50 each, a fee, gates in tiers: 1,200.00 − 10 % = 1,080.00, and 19 % on it: 205.20. */
export function shortInvoice(changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  return {
    language: 'en',
    zone: 'America/New_York',
    currency: parseCurrency('USD'),
    number: 'INV-000042',
    issuedAt: new Date('2026-02-02T15:00:00Z'),
    seller,
    buyer,
    memo: 'Thank you for flying from our gates.\nQuestions? Write to billing@northwind.example.',
    stamp: null,
    taxNote: null,
    servicePeriod: januaryAt(-5),
    paymentDueOn: '2026-02-16',
    purchaseOrder: 'PO 2026/0815',
    replaces: null,
    lines: [
      {
        ...line,
        description: 'Base fee',
        working: [{ kind: 'flat', flatAmount: '100', amount: '100' }],
        amountMinor: 10_000n,
        discountMinor: 1_000n,
        taxRates: ['19'],
      },
      {
        ...line,
        description: 'Landings',
        quantity: '60',
        working: [{ kind: 'units', quantity: '60', unitAmount: '12.50', amount: '750' }],
        amountMinor: 75_000n,
        discountMinor: 7_500n,
        taxRates: ['19'],
      },
      {
        ...line,
        description: 'Gate hours',
        quantity: '1500',
        working: [
          { kind: 'included', quantity: '500', amount: '0' },
          { kind: 'tier', quantity: '500', unitAmount: '0.50', amount: '250' },
          { kind: 'tier', quantity: '500', unitAmount: '0.20', amount: '100' },
        ],
        amountMinor: 35_000n,
        discountMinor: 3_500n,
        taxRates: ['19'],
      },
    ],
    subtotalMinor: 120_000n,
    discounts: [{ name: 'WINTER10 (10 %)', amountMinor: 12_000n }],
    taxes: [
      {
        name: 'VAT',
        percentage: '19',
        isInclusive: false,
        taxableMinor: 108_000n,
        amountMinor: 20_520n,
      },
    ],
    carriedMinor: 0n,
    credits: [{ name: 'Prepaid wallet', amountMinor: 28_520n }],
    totalMinor: 100_000n,
    paymentUrl: 'https://pay.northwind.example/i/42',
    ...changes,
  };
}

/** So many lines of 1.10 each for one unit, for one gate each. */
export function longInvoice(count: number): InvoiceDocument {
  const lines = Array.from({ length: count }, (_, index) => ({
    ...line,
    description: `Gate ${String(index + 1).padStart(4, '0')}: power, water and ground air, by the hour`,
    quantity: '1',
    working: [{ kind: 'units' as const, quantity: '1', unitAmount: '1.1', amount: '1.1' }],
    amountMinor: 110n,
    taxRates: ['19'],
  }));
  const subtotalMinor = 110n * BigInt(count);
  const amountMinor = (subtotalMinor * 19n + 50n) / 100n;
  return shortInvoice({
    lines,
    subtotalMinor,
    discounts: [],
    taxes: [{ name: 'VAT', percentage: '19', isInclusive: false, taxableMinor: subtotalMinor, amountMinor }],
    credits: [],
    totalMinor: subtotalMinor + amountMinor,
  });
}

export function arabicInvoice(): InvoiceDocument {
  return shortInvoice({
    language: 'ar-AE',
    zone: 'Asia/Dubai',
    servicePeriod: januaryAt(4),
    currency: parseCurrency('AED'),
    buyer: {
      ...buyer,
      name: 'شركة الخليج للطيران ش.م.ع',
      address: { lines: ['شارع الشيخ زايد ١٢'], postalCode: null, city: 'دبي', region: null, country: 'AE' },
      taxIds: ['100123456700003'],
    },
    memo: 'شكرًا لتعاملكم معنا.',
    lines: [
      { ...line, description: 'رسوم الهبوط (Landings)', quantity: '60', amountMinor: 120_000n, taxRates: ['5'] },
      { ...line, description: 'Base fee — monthly', amountMinor: 10_000n, taxRates: ['5'] },
    ],
    subtotalMinor: 130_000n,
    discounts: [],
    credits: [],
    taxes: [
      {
        name: 'ضريبة القيمة المضافة',
        percentage: '5',
        isInclusive: false,
        taxableMinor: 130_000n,
        amountMinor: 6_500n,
      },
    ],
    totalMinor: 136_500n,
  });
}

export function hebrewInvoice(): InvoiceDocument {
  return shortInvoice({
    language: 'he-IL',
    zone: 'Asia/Jerusalem',
    servicePeriod: januaryAt(2),
    currency: parseCurrency('ILS'),
    buyer: { ...buyer, name: 'תעופת הגליל בע"מ', address: null, taxIds: ['514123456'] },
  });
}

export function japaneseInvoice(): InvoiceDocument {
  return shortInvoice({
    language: 'ja-JP',
    zone: 'Asia/Tokyo',
    servicePeriod: januaryAt(9),
    currency: parseCurrency('JPY'),
    buyer: {
      ...buyer,
      name: '青空航空株式会社',
      address: {
        lines: ['羽田空港3丁目3-2'],
        postalCode: '144-0041',
        city: '東京都大田区',
        region: null,
        country: 'JP',
      },
      taxIds: ['T1234567890123'],
    },
    memo: 'お支払いは期日までにお願いいたします。',
    lines: [
      { ...line, description: '着陸料', quantity: '60', amountMinor: 110_000n, taxRates: ['10'] },
      { ...line, description: '直営店の骨董品', amountMinor: 11_000n, taxRates: ['10'] },
    ],
    subtotalMinor: 121_000n,
    discounts: [],
    credits: [],
    taxes: [
      {
        name: '消費税',
        percentage: '10',
        isInclusive: true,
        taxableMinor: 110_000n,
        amountMinor: 11_000n,
      },
    ],
    totalMinor: 121_000n,
    stamp: { kind: 'paid', paidAt: new Date('2026-02-10T03:00:00Z') },
  });
}

export function chineseInvoice(): InvoiceDocument {
  return shortInvoice({
    language: 'zh-CN',
    zone: 'Asia/Shanghai',
    servicePeriod: januaryAt(8),
    currency: parseCurrency('CNY'),
    buyer: {
      ...buyer,
      name: '深圳市南山航空服务有限公司',
      address: { lines: ['科技园路 18 号'], postalCode: '518000', city: '深圳市', region: '广东省', country: 'CN' },
    },
    stamp: { kind: 'void' },
  });
}

/** Sold to a business in another country of the Union. */
export function germanInvoice(): InvoiceDocument {
  return shortInvoice({
    language: 'de-DE',
    zone: 'Europe/Vienna',
    servicePeriod: januaryAt(1),
    currency: parseCurrency('EUR'),
    number: null,
    buyer: {
      ...buyer,
      name: 'Alpenflug Gesellschaft für außerordentlich lange Namen und Bodenverkehrsdienste mbH & Co. KG',
      address: { lines: ['Flughafenstraße 1'], postalCode: '1300', city: 'Wien', region: null, country: 'AT' },
      taxIds: ['ATU12345678'],
    },
    lines: shortInvoice().lines.map((charge) => ({ ...charge, taxRates: [] })),
    stamp: { kind: 'draft' },
    taxNote: { kind: 'reverse_charge', reason: 'Sec. 13b UStG, ATU12345678' },
    taxes: [],
    replaces: 'INV-000041',
    credits: [],
    totalMinor: 108_000n,
  });
}

/** Ten of the sixty landings given back: 125.00 − 10 % = 112.50, and 19 % of it: 21.375, rounded to 21.38. */
export function creditNote(changes: Partial<CreditNoteDocument> = {}): CreditNoteDocument {
  const { lines: _lines, ...frame } = shortInvoice();
  return {
    language: frame.language,
    zone: frame.zone,
    currency: frame.currency,
    number: 'CN-000003',
    issuedAt: new Date('2026-02-20T15:00:00Z'),
    seller,
    buyer,
    memo: 'Ten landings were counted twice',
    stamp: null,
    taxNote: null,
    invoice: { number: 'INV-000042', issuedAt: frame.issuedAt },
    reason: 'duplicate',
    lines: [
      {
        description: 'Landings',
        period: null,
        quantity: '10',
        amountMinor: 12_500n,
        discountMinor: 1_250n,
        taxRates: ['19'],
      },
    ],
    subtotalMinor: 12_500n,
    discountMinor: 1_250n,
    taxes: [{ name: 'VAT', percentage: '19', isInclusive: false, taxableMinor: 11_250n, amountMinor: 2_138n }],
    totalMinor: 13_388n,
    givenBack: [
      { kind: 'refund', amountMinor: 10_000n },
      { kind: 'balance', amountMinor: 3_388n },
    ],
    ...changes,
  };
}
