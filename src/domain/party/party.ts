/** Where somebody is, as it stands on an invoice. */
export type Address = {
  /** Street, house and what else comes before the city, in the order of the envelope. */
  lines: string[];
  city: string | null;
  postalCode: string | null;
  /** State, province or county. */
  region: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string;
};

export type PartyTaxId = { type: string; value: string };

/** Who bills, as it stands on invoices from the version on. */
export type Seller = {
  version: number;
  legalName: string;
  address: Address;
  taxIds: PartyTaxId[];
  /** Register, number and who acts for it, as the law of its country asks. */
  registration: string | null;
  bankDetails: string | null;
  footer: string | null;
};

export type BillingContact = { name: string; email: string; role: string | null };

/** Who is billed. */
export type Buyer = {
  /** By which the customer is known here. */
  name: string;
  legalName: string | null;
  email: string | null;
  address: Address | null;
  taxIds: PartyTaxId[];
  contacts: BillingContact[];
};

/** ISO 3166-1, all that are officially assigned, and XK, which Kosovo uses until it has one. */
const countries = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD ' +
    'CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF ' +
    'GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN ' +
    'KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA ' +
    'NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI ' +
    'SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI ' +
    'VN VU WF WS XK YE YT ZA ZM ZW'
  ).split(' '),
);

export function isCountry(code: string): boolean {
  return countries.has(code);
}

/** The tag as BCP 47 writes it ("pt-br" is "pt-BR"); undefined for what is none. */
export function canonicalLanguage(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
