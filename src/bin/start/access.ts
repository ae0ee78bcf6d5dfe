import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { linkUrl, makeSessionLink } from '../../auth/links.ts';
import { createOperator } from '../../auth/operators.ts';
import { isPassword } from '../../auth/passwords.ts';
import { addUser } from '../../auth/users.ts';
import type { Database } from '../../store/database.ts';
import { findOperatorByEmail } from '../../store/operators.ts';
import { findLargestCustomer } from '../../store/totals.ts';

/** How one comes in as a customer and as the operator of the sample business. */
export type Doors = {
  /** Null as long as no customer has an invoice. */
  customer: { name: string; email: string; url: string } | null;
  /** The password is null once it was changed by hand. */
  operator: { email: string; password: string | null; url: string };
};

const actor = 'npm start';
const operatorEmail = 'operator@airports.example';
/** A demonstration may lie over a week. */
const linkSeconds = 7 * 24 * 3_600;

/**
 * Makes a user of the customer with the largest bills, a new link for it at each start, and the operator, once. The operator's
 * password lies in the data directory, as the key of the API does; its hash only is in the database.
 */
export async function openDoors(
  database: Database,
  { dataDir, publicUrl, clockId }: { dataDir: string; publicUrl: string; clockId: string },
): Promise<Doors> {
  return {
    customer: await openForCustomer(database, publicUrl, clockId),
    operator: {
      email: operatorEmail,
      password: await operatorPassword(database, dataDir),
      url: `${publicUrl}/sign-in/operator`,
    },
  };
}

async function openForCustomer(database: Database, publicUrl: string, clockId: string): Promise<Doors['customer']> {
  const largest = await findLargestCustomer(database, clockId);
  if (largest === undefined) return null;
  const email = `kim.moreau@${largest.externalId.toLowerCase().replaceAll(/[^a-z0-9-]/g, '')}.example`;
  const person = { email, name: 'Kim Moreau', role: 'admin', receivesInvoices: false } as const;
  const { user } = await addUser(database, largest.id, person, actor);
  const order = { customerId: largest.id, userId: user.id, lifeSeconds: linkSeconds };
  const { secret } = await makeSessionLink(database, order, actor);
  return { name: largest.name, email, url: linkUrl(publicUrl, secret) };
}

async function operatorPassword(database: Database, dataDir: string): Promise<string | null> {
  const file = join(dataDir, 'operator-password');
  const found = await findOperatorByEmail(database, operatorEmail);
  if (found === undefined) {
    const password = randomBytes(15).toString('base64url');
    await writeFile(file, `${password}\n`, { mode: 0o600 });
    const person = { email: operatorEmail, name: 'Olga Petrov', role: 'admin', password } as const;
    await createOperator(database, person, actor);
    return password;
  }
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  const password = kept?.trim() ?? '';
  return (await isPassword(found.passwordHash, password)) ? password : null;
}
