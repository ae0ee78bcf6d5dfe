import assert from 'node:assert/strict';
import { readTaxIds } from '../../../src/billing/tax/read-tax-ids.ts';
import { taxIdTypes } from '../../../src/billing/tax/tax-id-forms.ts';
import { assertRefused } from '../../domain/support/properties.ts';

describe('Tax ids', () => {
  it('are checked for the form of their kind, and kept without spaces in upper case', () => {
    for (const [type, value, kept] of [
      ['eu_vat', 'DE 136 695 976', 'DE136695976'],
      ['eu_vat', 'atu13585627', 'ATU13585627'],
      ['eu_vat', 'NL004495445B01', 'NL004495445B01'],
      ['eu_vat', 'EL023456780', 'EL023456780'],
      ['eu_vat', 'XI980780684', 'XI980780684'],
      ['gb_vat', 'GB 980 7806 84', 'GB980780684'],
      ['us_ein', '91-1144442', '91-1144442'],
      ['au_abn', '83 914 571 673', '83914571673'],
      ['ch_vat', 'CHE-107.787.577 IVA', 'CHE-107.787.577IVA'],
      ['in_gst', '27AAPFU0939F1ZV', '27AAPFU0939F1ZV'],
      ['no_vat', 'NO 995 525 828 MVA', 'NO995525828MVA'],
      ['br_cnpj', '16.727.230/0001-97', '16.727.230/0001-97'],
    ] as const) {
      assert.deepEqual(readTaxIds([{ type, value }], 'taxIds'), [{ type, value: kept }]);
    }
  });

  it('are refused for one wrong digit, another country or an unknown kind, without repeating the number', () => {
    for (const [type, value, field] of [
      ['eu_vat', 'DE136695978', 'taxIds[0].value'],
      ['eu_vat', '136695976', 'taxIds[0].value'],
      ['eu_vat', 'FR136695976', 'taxIds[0].value'],
      ['eu_vat', 'GB980780684', 'taxIds[0].value'],
      ['eu_vat', 'XI980780685', 'taxIds[0].value'],
      ['gb_vat', 'GB980780685', 'taxIds[0].value'],
      ['us_ein', '07-1144442', 'taxIds[0].value'],
      ['au_abn', '83914571674', 'taxIds[0].value'],
    ] as const) {
      const reads = () => readTaxIds([{ type, value }], 'taxIds');
      assertRefused(reads, 'tax-id-invalid', field, new RegExp(`^(?!.*${value.slice(2)})`));
    }
    assertRefused(
      () => readTaxIds([{ type: 'vat', value: 'DE136695976' }], 'taxIds'),
      'tax-id-invalid',
      'taxIds[0].type',
    );
    const same = ['DE136695976', 'de 136695976'].map((value) => ({ type: 'eu_vat', value }));
    assertRefused(() => readTaxIds(same, 'taxIds'), 'request-invalid', 'taxIds[1]');
    const inherited = [{ type: 'constructor', value: 'DE136695976' }];
    assertRefused(() => readTaxIds(inherited, 'taxIds'), 'tax-id-invalid', 'taxIds[0].type');
  });

  it('never fail on any text, whatever their kind', () => {
    for (const type of taxIdTypes) {
      for (const value of ['x', 'DE', 'EL', '00000000000000', '..--..', '\u{1f600}', '0x10', '-'.repeat(50)]) {
        try {
          readTaxIds([{ type, value }], 'taxIds');
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'tax-id-invalid', `${type} ${value}: ${String(error)}`);
        }
      }
    }
  });
});
