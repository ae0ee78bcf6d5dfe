/** The languages that documents and mails are written in. */
export const documentLanguages = ['en', 'de', 'fr', 'es', 'ja', 'zh', 'ar', 'he'] as const;

/** A language by its name in English, as these pages are. */
export function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** Every country that the browser has a name for, by that name; codes of the past lead to those of today, and are left out. */
export function countries(): { id: string; label: string }[] {
  const names = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
  return letters
    .flatMap((first) => letters.map((second) => `${first}${second}`))
    .flatMap((code) => {
      const label = names.of(code);
      return label === undefined || unreal.has(code) || new Intl.Locale(`und-${code}`).region !== code
        ? []
        : [{ id: code, label }];
    })
    .sort((a, b) => a.label.localeCompare(b.label));
}

/** Codes with a name that are no country: unions, islands of a country, pseudo-locales, the neutral zone of the past. */
const unreal = new Set('AC CP CQ DG EA EU EZ IC NT QO TA UN XA XB ZZ'.split(' '));

/** The kinds of tax ids that the API takes: a country or union, and what the number is called there. */
export const taxIdKinds = [
  ...['ad_nrt', 'ar_cuit', 'au_abn', 'bo_tin', 'br_cnpj', 'br_cpf', 'by_tin', 'ca_bn', 'ca_gst_hst', 'ca_qst'],
  ...['ch_uid', 'ch_vat', 'cl_tin', 'cn_tin', 'co_nit', 'cr_tin', 'do_rcn', 'ec_ruc', 'es_cif', 'eu_vat', 'gb_vat'],
  ...['hr_oib', 'hu_tin', 'id_npwp', 'in_gst', 'is_vat', 'jp_cn', 'kr_brn', 'mx_rfc', 'no_vat', 'nz_gst', 'pe_ruc'],
  ...['rs_pib', 'ru_inn', 'sg_uen', 'sv_nit', 'th_vat', 'tr_tin', 'tw_vat', 'us_ein', 'uy_ruc', 've_rif', 'vn_tin'],
  'za_vat',
];

/** `eu_vat` as `European Union: VAT`. */
export function taxIdKindName(kind: string): string {
  const [place = '', ...words] = kind.toUpperCase().split('_');
  const names = new Intl.DisplayNames('en', { type: 'region' });
  return `${names.of(place)}: ${words.join(' ')}`;
}

export const taxIdOptions = (): { id: string; label: string }[] =>
  taxIdKinds.map((id) => ({ id, label: taxIdKindName(id) })).sort((a, b) => a.label.localeCompare(b.label));
