import { euVat, stdnum, type Validator } from 'stdnum';

const of = (country: string, ...names: string[]): Validator[] =>
  names.map((name) => {
    const validator = stdnum[country]?.[name];
    if (validator === undefined) throw new Error(`stdnum has no ${name} of ${country}`);
    return validator;
  });

/**
 * The kinds of tax ids whose form is known, by Stripe's names of them, and what a value of each has to pass. Those of the
 * European Union begin with the country, whose own form they have.
 */
const forms: Record<string, (compact: string) => readonly Validator[]> = {
  eu_vat: (value) => euVatOf(value),
  ...formsOf({
    ad_nrt: of('AD', 'nrt'),
    ar_cuit: of('AR', 'cuit'),
    au_abn: of('AU', 'abn'),
    bo_tin: of('BO', 'ci'),
    br_cnpj: of('BR', 'cnpj'),
    br_cpf: of('BR', 'cpf'),
    by_tin: of('BY', 'unp'),
    ca_bn: of('CA', 'bn'),
    ca_gst_hst: of('CA', 'gst'),
    ca_qst: of('CA', 'qst'),
    ch_uid: of('CH', 'uid'),
    ch_vat: of('CH', 'vat'),
    cl_tin: of('CL', 'rut'),
    cn_tin: of('CN', 'uscc'),
    co_nit: of('CO', 'nit'),
    cr_tin: of('CR', 'cpj', 'cpf'),
    do_rcn: of('DO', 'rnc'),
    ec_ruc: of('EC', 'ruc'),
    es_cif: of('ES', 'cif'),
    gb_vat: of('GB', 'vat'),
    hr_oib: of('HR', 'oib'),
    hu_tin: of('HU', 'anum'),
    id_npwp: of('ID', 'npwp'),
    in_gst: of('IN', 'gstin'),
    is_vat: of('IS', 'vsk'),
    jp_cn: of('JP', 'cn'),
    kr_brn: of('KR', 'brn'),
    mx_rfc: of('MX', 'rfc'),
    no_vat: of('NO', 'mva'),
    nz_gst: of('NZ', 'ird'),
    pe_ruc: of('PE', 'ruc'),
    rs_pib: of('RS', 'pib'),
    ru_inn: of('RU', 'inn'),
    sg_uen: of('SG', 'uen'),
    sv_nit: of('SV', 'nit'),
    th_vat: of('TH', 'tin', 'moa'),
    tr_tin: of('TR', 'vkn', 'tckimlik'),
    tw_vat: of('TW', 'ubn'),
    us_ein: of('US', 'ein'),
    uy_ruc: of('UY', 'rut'),
    ve_rif: of('VE', 'rif'),
    vn_tin: of('VN', 'mst'),
    za_vat: of('ZA', 'vat'),
  }),
};

function formsOf(byType: Record<string, Validator[]>): typeof forms {
  return Object.fromEntries(Object.entries(byType).map(([type, validators]) => [type, () => validators]));
}

/** Greece calls itself EL there, and Northern Ireland, XI, has British numbers. */
function euVatOf(value: string): readonly Validator[] {
  const country = value.slice(0, 2);
  if (country === 'XI') return of('GB', 'vat');
  return euVat[country === 'EL' ? 'GR' : country] ?? [];
}

export const taxIdTypes: readonly string[] = Object.keys(forms);

/** Whether a value, without spaces and in upper case, has the form of its type: length, letters, check digits. */
export function hasTaxIdForm(type: string, value: string): boolean {
  // The number of Northern Ireland is checked without its XI, which no validator knows.
  const number = type === 'eu_vat' && value.startsWith('XI') ? value.slice(2) : value;
  return forms[type]?.(value).some((validator) => validator.validate(number).isValid) ?? false;
}
