import { isDeepStrictEqual } from 'node:util';
import type { PartyTaxId } from '../domain/party/party.ts';
import { appendAudit } from '../store/audit.ts';
import type { Database } from '../store/database.ts';
import { insertSeller, lockSeller, readSeller, type SellerSettings } from '../store/seller-settings.ts';
import { sellerId } from './ids.ts';
import { type AddressInput, optionalText, readAddress, readLanguage, readPartyTaxIds } from './party-fields.ts';
import { readText } from './text.ts';

export type SellerInput = {
  legalName: string;
  address: AddressInput;
  taxIds?: PartyTaxId[];
  registration?: string | null;
  bankDetails?: string | null;
  footer?: string | null;
  /** BCP 47; English unless said otherwise. */
  language?: string;
};

/**
 * Says who bills: what invoices that are issued from now on say of the seller. Each change is a version of its own and
 * stays; the same again changes nothing.
 * @throws DurabillError request-invalid
 */
export async function storeSeller(database: Database, input: SellerInput, actor: string): Promise<SellerSettings> {
  const wanted = {
    legalName: readText(input.legalName, {
      code: 'request-invalid',
      field: 'legalName',
      name: 'The legal name',
      maxLength: 255,
    }),
    address: readAddress(input.address, 'address'),
    taxIds: readPartyTaxIds(input.taxIds ?? [], 'taxIds'),
    registration: optionalText(input.registration, 'registration', 500),
    bankDetails: optionalText(input.bankDetails, 'bankDetails', 2_000),
    footer: optionalText(input.footer, 'footer', 2_000),
    language: readLanguage(input.language ?? 'en', 'language'),
  };
  return await database.transaction(async (sql) => {
    await lockSeller(sql);
    const before = await readSeller(sql);
    if (before !== undefined) {
      const { version, storedBy, storedAt, ...stored } = before;
      if (isDeepStrictEqual(stored, wanted)) return before;
    }
    const version = (before?.version ?? 0) + 1;
    await insertSeller(sql, { ...wanted, version, storedBy: actor });
    await appendAudit(sql, [
      { subjectKind: 'seller', subjectId: sellerId, actor, action: 'changed', detail: { version } },
    ]);
    return (await readSeller(sql, version)) as SellerSettings;
  });
}
