import { Type } from 'typebox';
import { closed, instant, nullable, text } from './common.ts';

export const country = text('ISO 3166-1 country, two capital letters', 'US', 2);
const language = text('BCP 47 language', 'en', 35);
const purchaseOrder = text('Number of the order at the customer, that its accounts look for', 'PO-4711', 140);
const memo = text('What else the invoice says', 'Thank you for flying with us.', 2_000);
const role = text('What they do there', 'Accounts payable', 100);
const email = text('Their address', 'payables@jetblue.example', 320);
const person = text('Their name', 'Ada Fox');

export const paymentTermsDays = Type.Integer({
  minimum: 0,
  maximum: 365,
  description: 'Days from the day of the issue to the day by which it is to be paid',
  examples: [14],
});

const lines = Type.Array(
  Type.String({ minLength: 1, maxLength: 255, description: 'A line', examples: ['27-01 Queens Plaza N'] }),
  {
    minItems: 1,
    maxItems: 4,
    description: 'Street, house and what else comes before the city',
  },
);
const city = text('City', 'Long Island City', 100);
const postalCode = text('Postal code', '11101', 20);
const region = text('State, province or county', 'NY', 100);

/** As it comes in. */
export const NewAddress = Type.Object(
  {
    lines,
    city: Type.Optional(nullable(city)),
    postalCode: Type.Optional(nullable(postalCode)),
    region: Type.Optional(nullable(region)),
    country,
  },
  { ...closed, description: 'Where it is' },
);

export const Address = Type.Object(
  { lines, city: nullable(city), postalCode: nullable(postalCode), region: nullable(region), country },
  { description: 'Where it is' },
);

const TaxId = Type.Object(
  { type: text('What kind of number it is', 'eu_vat', 40), value: text('The number', 'DE123456789', 60) },
  { ...closed, description: 'A tax id' },
);

const legalName = text('The name under which it does business, by law', 'JetBlue Airways Corporation');
const registration = text('Register, number, and who acts for it', 'Delaware 2924233', 500);
const bankDetails = text('Where money is transferred to', 'IBAN DE02 1203 0000 0000 2020 51', 2_000);
const footer = text('What stands at the foot of every invoice', 'Airport Services Inc., New York', 2_000);
const taxIds = Type.Array(TaxId, { maxItems: 10, description: 'Its tax ids' });

export const NewSeller = Type.Object(
  {
    legalName,
    address: NewAddress,
    taxIds: Type.Optional(taxIds),
    registration: Type.Optional(nullable(registration)),
    bankDetails: Type.Optional(nullable(bankDetails)),
    footer: Type.Optional(nullable(footer)),
    language: Type.Optional(
      text('BCP 47 language of invoices to customers who name none; `en` unless said otherwise', 'en', 35),
    ),
  },
  { ...closed, description: 'Who bills' },
);

const version = Type.Integer({ minimum: 1, description: 'Counts the changes', examples: [1] });
const sellerFields = {
  version,
  legalName,
  address: Address,
  taxIds,
  registration: nullable(registration),
  bankDetails: nullable(bankDetails),
  footer: nullable(footer),
};

export const Seller = Type.Object(
  {
    ...sellerFields,
    language,
    storedBy: text('Who said so', 'api-key:operator', 300),
    storedAt: instant('Since when'),
  },
  { description: 'Who bills' },
);

export const SellerQuery = Type.Object(
  {
    version: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2 ** 31 - 1,
        description: 'An earlier version; the one in force unless said otherwise',
        examples: [1],
      }),
    ),
  },
  closed,
);

const Contact = Type.Object({ name: person, email, role: nullable(role) }, { description: 'Whom bills are sent to' });

export const NewBillingProfile = Type.Object(
  {
    legalName: Type.Optional(nullable(legalName)),
    address: Type.Optional(nullable(NewAddress)),
    language: Type.Optional(nullable(language)),
    purchaseOrder: Type.Optional(nullable(purchaseOrder)),
    memo: Type.Optional(nullable(memo)),
    paymentTermsDays: Type.Optional(paymentTermsDays),
    contacts: Type.Optional(
      Type.Array(
        Type.Object(
          { name: person, email, role: Type.Optional(nullable(role)) },
          { ...closed, description: 'Whom bills are sent to' },
        ),
        { maxItems: 20, description: 'Whom bills are sent to beside the customer' },
      ),
    ),
  },
  { ...closed, description: 'The whole profile: what is left out is taken away, but for the days' },
);

export const BillingProfile = Type.Object(
  {
    customerId: Type.String({
      format: 'uuid',
      description: 'Our id of the customer',
      examples: ['b0a2ffde-1c0e-5f3b-9a34-6b1a1f8f7c55'],
    }),
    legalName: nullable(legalName),
    address: nullable(Address),
    language: nullable(language),
    purchaseOrder: nullable(purchaseOrder),
    memo: nullable(memo),
    paymentTermsDays,
    contacts: Type.Array(Contact, { description: 'Whom bills are sent to beside the customer' }),
  },
  { description: 'Whom invoices are made out to, and on which terms' },
);

export const Parties = Type.Object(
  {
    isFrozen: Type.Boolean({ description: 'Whether it is fixed, as it is from the issue on', examples: [true] }),
    seller: nullable(Type.Object(sellerFields, { description: 'Who bills' })),
    buyer: Type.Object(
      {
        name: text('By which the customer is known', 'JetBlue Airways'),
        legalName: nullable(legalName),
        email: nullable(text('Where bills are sent', 'billing@jetblue.example', 320)),
        address: nullable(Address),
        taxIds: Type.Array(TaxId, { description: 'Of the tax profile' }),
        contacts: Type.Array(Contact, { description: 'Whom bills are sent to beside the customer' }),
      },
      { description: 'Who is billed' },
    ),
    language,
    memo: nullable(memo),
    purchaseOrder: nullable(purchaseOrder),
    paymentTermsDays,
  },
  { description: 'Who bills whom, and on which terms' },
);

export const InvoiceTermsChange = Type.Object(
  {
    memo: Type.Optional(
      nullable(
        Type.String({
          maxLength: 2_000,
          description: "What else it says; null for what the customer's invoices say, '' for nothing",
          examples: ['For the airfield in March'],
        }),
      ),
    ),
    purchaseOrder: Type.Optional(
      nullable(
        Type.String({
          maxLength: 140,
          description: "Number of the order at the customer; null for the customer's, '' for none",
          examples: ['PO-4711'],
        }),
      ),
    ),
    paymentTermsDays: Type.Optional(nullable(paymentTermsDays)),
  },
  { ...closed, minProperties: 1, description: 'What this invoice says for itself; what is left out stays' },
);

export const NoSeller = Type.Null({ description: 'Nobody has said who bills yet' });
