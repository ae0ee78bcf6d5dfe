/**
 * What reads of the API are held against, in a process of the same shape as the API's: a Fastify that greets, and reads of
 * one row by its key with nothing around them. `POST /reads` does as many as it is told and answers how fast.
 */
import Fastify from 'fastify';
import pg from 'pg';
import { createLog } from '../../src/telemetry/log.ts';
import { rateOf } from '../support/benchmark.ts';

const { DATABASE_URL: connectionString, BENCH_LIMITS_PORT: port } = process.env;
const log = createLog('read-limits');
// As many connections as the API has.
const pool = new pg.Pool({ connectionString, max: 10 });
const app = Fastify();

app.get('/hello', async () => ({ hello: 'world' }));

type Order = { ids: string[]; count: number; atOnce: number };
app.post<{ Body: Order }>('/reads', async ({ body: { ids, count, atOnce } }) => {
  let next = 0;
  const reader = async () => {
    while (next < count) {
      const id = ids[next % ids.length];
      next += 1;
      const { rowCount } = await pool.query({
        name: 'by-key',
        text: 'SELECT * FROM invoices WHERE id = $1',
        values: [id],
      });
      if (rowCount !== 1) throw new Error(`There is no invoice ${id}.`);
    }
  };
  return { rate: await rateOf(count, () => Promise.all(Array.from({ length: atOnce }, reader))) };
});

process.once('SIGTERM', () => void Promise.all([app.close(), pool.end()]).then(() => process.exit(0)));
await app.listen({ host: '127.0.0.1', port: Number(port) });
log.info('ready');
