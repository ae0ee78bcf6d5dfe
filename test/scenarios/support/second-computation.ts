import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type PriceNumbers, readPlanNumbers } from './plan-numbers.ts';

/** What one line of one bill has to say. Numbers are decimals without trailing zeros; exact amounts are in dollars. */
export type ExpectedLine = {
  /** Its external id: the code of an airline, or the registration of an aircraft. */
  customer: string;
  /** The local month, 2013-01. */
  month: string;
  periodStartAt: Date;
  periodEndAt: Date;
  position: number;
  priceKey: string;
  quantity: string;
  billableQuantity: string;
  exactAmount: string;
  amountMinor: bigint;
};

/** Who pays: the column of the flights that names the customer, and the key of the plan. */
export type Payers = {
  column: 'carrier' | 'tailnum';
  planKey: string;
  /** Only these; all whom the files name unless said otherwise. */
  customers?: readonly string[];
};
export const airlinesPay: Payers = { column: 'carrier', planKey: 'airline' };
export const aircraftPay: Payers = { column: 'tailnum', planKey: 'aircraft' };

const root = new URL('../../../', import.meta.url);
const data = new URL('examples/airports/data/', root);
const zone = 'America/New_York';
const schema = 'second_computation';

/**
 * Bills the sample a second time, in SQL alone: the CSV files and the plan's numbers go in, every customer's line for
 * each of the months comes out. It sees only its own scratch schema, which it drops again.
 * @param databaseUrl any PostgreSQL database with the right to create a schema
 * @param months local months such as 2013-01
 */
export async function computeAgain(
  databaseUrl: string,
  months: readonly string[],
  payers: Payers = airlinesPay,
): Promise<ExpectedLine[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}`);
    // Nothing else is on the path: a table of Durabill could not even be read by mistake.
    await client.query(`SET search_path TO ${schema}`);
    await copyFlights(client, months);
    await nameCustomers(client, payers);
    await measure(client, readPlanNumbers(new URL('plans/airports.yaml', root), payers.planKey));
    return await price(client, months);
  } finally {
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`).finally(() => client.end());
  }
}

async function copyFlights(client: pg.Client, months: readonly string[]): Promise<void> {
  await client.query(`
    CREATE TABLE airlines (code text PRIMARY KEY, name text NOT NULL);
    CREATE TABLE flights (
      event_id text PRIMARY KEY, occurred_at timestamptz NOT NULL, carrier text NOT NULL REFERENCES airlines,
      tailnum text, origin text NOT NULL, dest text NOT NULL, flight text NOT NULL, distance_miles numeric,
      air_time_minutes numeric, dep_delay_minutes numeric, cancelled boolean NOT NULL,
      month timestamp GENERATED ALWAYS AS (date_trunc('month', occurred_at AT TIME ZONE '${zone}')) STORED);
    CREATE TABLE customers (customer text PRIMARY KEY);
    CREATE TABLE quantities (customer text, month timestamp, position integer, quantity numeric NOT NULL,
      PRIMARY KEY (customer, month, position))`);
  const copy = (table: string, file: URL) => {
    const rows = client.query(copyFrom(`COPY ${table} FROM STDIN (FORMAT csv, HEADER match)`));
    const content = createReadStream(file);
    return file.pathname.endsWith('.gz') ? pipeline(content, createGunzip(), rows) : pipeline(content, rows);
  };
  await copy('airlines', new URL('airlines.csv', data));
  const columns = `flights (event_id, occurred_at, carrier, tailnum, origin, dest, flight, distance_miles,
    air_time_minutes, dep_delay_minutes, cancelled)`;
  for (const month of filesFor(months)) await copy(columns, new URL(`flights-${month}.csv.gz`, data));
}

/** Whose bills are computed, and a column of the flights that names them. */
async function nameCustomers(client: pg.Client, { column, customers }: Payers): Promise<void> {
  await client.query(`ALTER TABLE flights ADD COLUMN customer text GENERATED ALWAYS AS (${column}) STORED`);
  if (customers !== undefined) await client.query('INSERT INTO customers SELECT unnest($1::text[])', [customers]);
  else if (column === 'carrier') await client.query('INSERT INTO customers SELECT code FROM airlines');
  else await client.query('INSERT INTO customers SELECT DISTINCT tailnum FROM flights WHERE tailnum IS NOT NULL');
}

/** A flight stands in the file of the month that it was scheduled in, and left in that month or early in the next. */
function filesFor(months: readonly string[]): string[] {
  const numbers = months.map((month) => Number(month.slice(5)));
  const wanted = new Set(numbers.flatMap((number) => [number - 1, number]).filter((number) => number > 0));
  return [...wanted].sort((a, b) => a - b).map((number) => `2013-${String(number).padStart(2, '0')}`);
}

/** Stores prices and tiers as numbers, and what each customer used of each price in each local month. */
async function measure(client: pg.Client, plan: { currency: string; prices: PriceNumbers[] }): Promise<void> {
  if (plan.currency !== 'USD') throw new Error(`the second computation counts cents of USD, not ${plan.currency}`);
  await client.query(
    `CREATE TABLE prices AS SELECT * FROM jsonb_to_recordset('${JSON.stringify(plan.prices).replaceAll("'", "''")}') AS
       p (position integer, key text, model text, included numeric, amount numeric, "unitAmount" numeric,
          "packageSize" numeric, "packageAmount" numeric, "packageRounding" text, tiers jsonb)`,
  );
  await client.query(
    `CREATE TABLE tiers AS SELECT p.position, t.* FROM prices p, jsonb_to_recordset(p.tiers) AS
       t (above numeric, "upTo" numeric, "unitAmount" numeric, "flatAmount" numeric)`,
  );
  for (const { position, usage } of plan.prices) {
    if (usage === null) continue;
    await client.query(
      `INSERT INTO quantities SELECT customer, month, ${position}, ${aggregateOf(usage.aggregation, usage.property)}
       FROM flights JOIN customers USING (customer) WHERE ${conditionOf(usage.filters)} GROUP BY customer, month`,
    );
  }
}

function aggregateOf(aggregation: string, property: string | null): string {
  const column = property === null ? '*' : pg.escapeIdentifier(property);
  switch (aggregation) {
    case 'count':
      return 'count(*)';
    case 'sum':
      return `coalesce(sum(${column}), 0)`;
    case 'max':
      return `coalesce(max(${column}), 0)`;
    case 'unique_count':
      return `count(DISTINCT ${column})`;
    default:
      throw new Error(`the second computation does not know the aggregation ${aggregation}`);
  }
}

function conditionOf(filters: Record<string, string[]>[]): string {
  const conditions = filters.flatMap((filter) =>
    Object.entries(filter).map(
      ([property, values]) => `${pg.escapeIdentifier(property)}::text IN (${values.map(pg.escapeLiteral).join(', ')})`,
    ),
  );
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

/**
 * Tier arithmetic in NUMERIC. round(numeric) goes half away from zero and is applied once a line, to whole cents. Every
 * customer gets every price in every month: an idle month is a line with the quantity 0, not a line that is missing.
 */
async function price(client: pg.Client, months: readonly string[]): Promise<ExpectedLine[]> {
  const { rows } = await client.query<Omit<ExpectedLine, 'amountMinor'> & { amountMinor: string }>(
    `WITH used AS (
       SELECT c.customer, m.month, p.*, coalesce(q.quantity, (p.model = 'flat')::int) AS quantity,
              greatest(coalesce(q.quantity, (p.model = 'flat')::int) - p.included, 0) AS billable
       FROM customers c CROSS JOIN unnest($1::timestamp[]) AS m (month) CROSS JOIN prices p
       LEFT JOIN quantities q ON q.customer = c.customer AND q.month = m.month AND q.position = p.position
     ), priced AS (
       SELECT *, coalesce(CASE model
           WHEN 'flat' THEN amount
           WHEN 'per_unit' THEN billable * "unitAmount"
           WHEN 'package' THEN "packageAmount" * (div(billable, "packageSize")
             + (mod(billable, "packageSize") > 0 AND "packageRounding" = 'up')::int)
           WHEN 'graduated' THEN (
             SELECT sum((least(billable, t."upTo") - t.above) * t."unitAmount" + t."flatAmount")
             FROM tiers t WHERE t.position = used.position AND billable > t.above)
           WHEN 'volume' THEN (
             SELECT billable * t."unitAmount" + t."flatAmount" FROM tiers t
             WHERE t.position = used.position AND billable > t.above AND (t."upTo" IS NULL OR billable <= t."upTo"))
         END, 0) AS exact
       FROM used
     )
     SELECT customer, to_char(month, 'YYYY-MM') AS month, month AT TIME ZONE '${zone}' AS "periodStartAt",
            (month + interval '1 month') AT TIME ZONE '${zone}' AS "periodEndAt", position, key AS "priceKey",
            trim_scale(quantity)::text AS quantity, trim_scale(billable)::text AS "billableQuantity",
            trim_scale(exact)::text AS "exactAmount", round(exact * 100)::text AS "amountMinor"
     FROM priced ORDER BY customer, priced.month, position`,
    [months.map((month) => `${month}-01`)],
  );
  return rows.map((row) => ({ ...row, amountMinor: BigInt(row.amountMinor) }));
}
