import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { type Api, connectApi } from '../../../examples/airports/api.ts';
import { airlines } from '../../../examples/airports/businesses.ts';
import { createApiKey } from '../../../src/auth/api-keys.ts';
import { scopes } from '../../../src/auth/scopes.ts';
import { applyPlans } from '../../../src/billing/apply-plans.ts';
import { clockIdOf } from '../../../src/billing/ids.ts';
import { parsePlanFile } from '../../../src/domain/rating/plan.ts';
import type { World } from '../../support/world.ts';
import { checkIndependently } from './independent-check.ts';
import type { Payers } from './second-computation.ts';
import { readJournal, stripeCopies } from './stripe-journal.ts';

export const clockName = airlines.clock.name;
export const sampleClockId = clockIdOf(clockName);

/** Gives a world the sample's plan and a running API. @returns the API as the sample's own programs call it */
export async function openSample(world: World): Promise<Api> {
  const plans = parseYaml(await readFile(new URL('../../../plans/airports.yaml', import.meta.url), 'utf8'));
  await applyPlans(world.database, parsePlanFile(plans), 'test');
  const { secret } = await createApiKey(world.database, { name: 'airports', scopes: [...scopes] });
  await world.start('api');
  return connectApi({ baseUrl: `http://127.0.0.1:${world.env['DURABILL_API_PORT']}`, apiKey: secret });
}

/**
 * Every invoice and line of these local months, and their copies at Stripe, equal the second computation; no others.
 * @param business the airlines unless said otherwise
 */
export async function assertBilledRight(
  world: World,
  months: readonly string[],
  business: { clock: string; payers?: Payers } = { clock: clockName },
): Promise<void> {
  const differences = await checkIndependently({
    databaseUrl: world.databaseUrl,
    ...business,
    months,
    readStripeCopies: async () => stripeCopies(await readJournal(world)),
  });
  assert.deepEqual(differences, []);
}
