import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '../../src/stripe-simulator/index.ts';
import { rateLimitPresets } from '../../src/stripe-simulator/rate-limits.ts';
import { clientOf, control, draftWith, openInvoice, refusalOf, signatureOf, useSimulator } from './support.ts';

/** Stripe's Search, as documented (D search); what only a project in public reports is marked I. */
describe('search', () => {
  const bench = useSimulator({ searchLagSeconds: 0 });
  const plain = { type: 'invalid_request_error', code: undefined, param: undefined, status: 400 };

  describe('customers', () => {
    beforeEach(async () => {
      const { customers } = bench.stripe;
      await customers.create({ name: 'Blue Heron Air', email: 'pay@heron.example', metadata: { durabill_id: 'a1' } });
      await customers.create({ name: 'Blue Sky', email: 'BILLS@sky.example', metadata: { durabill_id: 'b2' } });
      await customers.create({ name: 'The "Quiet" One', phone: '+49 431 2' });
    });

    async function found(query: string): Promise<string[]> {
      const { data } = await bench.stripe.customers.search({ query });
      return data.map(({ name }) => name?.split(' ')[1] ?? '');
    }

    const asked: [string, string[]][] = [
      // A string is matched by its words in their order, wherever they stand, in any case.
      ['email:"pay@heron.example"', ['Heron']],
      ['email:"bills@sky.example"', ['Sky']],
      ['name:"blue"', ['Sky', 'Heron']],
      ['name:"heron air"', ['Heron']],
      ['name:"air heron"', []],
      ['name:"her"', []],
      ['name~"her"', ['Heron']],
      ['email~"EXAMPLE"', ['Sky', 'Heron']],
      // A token is matched as a whole.
      ['metadata["durabill_id"]:"a1"', ['Heron']],
      ["metadata['durabill_id']:'B2'", ['Sky']],
      ['metadata["durabill_id"]:"a"', []],
      ['metadata["constructor"]:null', ['"Quiet"', 'Sky', 'Heron']],
      ['-metadata["durabill_id"]:null', ['Sky', 'Heron']],
      ['email:null', ['"Quiet"']],
      ['-name:"blue"', ['"Quiet"']],
      ['name:"the \\"quiet\\" one"', ['"Quiet"']],
      // Spaces join like AND; OR stands alone; both in any case.
      ['name:"blue" email~"sky"', ['Sky']],
      ['name:"blue" and -email~"sky"', ['Heron']],
      ['email~"heron" OR phone:"431"', ['"Quiet"', 'Heron']],
      ['created>0 name~"blue"', ['Sky', 'Heron']],
    ];
    for (const [query, names] of asked) {
      it(`${query} finds ${names.join(', ') || 'nobody'}`, async () => assert.deepEqual(await found(query), names));
    }

    const refused = [
      ...['blue', 'name:blue', 'name:"blue', 'name:"blue" OR', '(name:"blue")', ' ', 'name:"a"name:"b"'],
      ...['age:"1"', 'metadata:"x"', 'name["x"]:"y"', 'name>"x"', 'name~"he"', 'metadata["a"]~"abc"', 'name~null'],
      ...['created:"soon"', 'created~"123"', 'name:"a" AND name:"b" OR name:"c"', 'name:"a" name:"b" OR name:"c"'],
      Array.from({ length: 11 }, () => 'name:"a"').join(' '),
    ];
    for (const query of refused) {
      it(`${query} is refused`, async () => {
        const refusal = await refusalOf(bench.stripe.customers.search({ query }));
        assert.deepEqual(signatureOf(refusal), plain);
      });
    }

    it('a deleted customer is not found', async () => {
      const { customers } = bench.stripe;
      const [first] = (await customers.search({ query: 'name:"sky"' })).data;
      await customers.del(first?.id ?? '');
      assert.deepEqual(await found('name:"sky"'), []);
    });
  });

  describe('invoices', () => {
    it('are found by total, status, customer, number and our own metadata', async () => {
      const { stripe } = bench;
      const { id: customer } = await stripe.customers.create();
      const { id } = await stripe.invoices.create({ customer, number: 'DB-17', metadata: { run: '2013-10' } });
      await stripe.invoices.addLines(id, { lines: [{ amount: 1200 }, { amount: -100 }] });
      const other = await openInvoice(stripe);
      const found = async (query: string) => (await stripe.invoices.search({ query })).data.map((one) => one.id);
      assert.deepEqual(await found('total>1000'), [id]);
      assert.deepEqual(await found('total>=1000'), [other.id, id]);
      assert.deepEqual(await found('total:1100'), [id]);
      assert.deepEqual(await found('total<=1000 total>-1'), [other.id]);
      assert.deepEqual(await found('status:"open"'), [other.id]);
      assert.deepEqual(await found(`customer:"${customer}" AND -status:"open"`), [id]);
      assert.deepEqual(await found('number:"DB-17"'), [id]);
      assert.deepEqual(await found('metadata["run"]:"2013-10"'), [id]);
      assert.deepEqual(await found('currency:"USD" subscription:null receipt_number:null'), [other.id, id]);
      await stripe.invoices.updateLineItem(id, (await stripe.invoices.retrieve(id)).lines.data[0]?.id ?? '', {
        amount: 0,
      });
      assert.deepEqual(await found('total:1200'), [id]);
    });

    it('come page by page through next_page, each once, and counted when asked for', async () => {
      const { stripe } = bench;
      const { id: customer } = await stripe.customers.create();
      const ids: string[] = [];
      for (let index = 0; index < 5; index += 1) ids.unshift((await stripe.invoices.create({ customer })).id);
      const query = 'status:"draft"';
      const first = await stripe.invoices.search({ query, limit: 2, expand: ['total_count', 'data.customer'] });
      assert.deepEqual([first.object, first.url, first.total_count], ['search_result', '/v1/invoices/search', 5]);
      assert.deepEqual(
        first.data.map(({ id }) => id),
        ids.slice(0, 2),
      );
      const payer = first.data[0]?.customer;
      assert.equal(typeof payer === 'object' && payer?.object, 'customer');
      const second = await stripe.invoices.search({ query, limit: 2, page: first.next_page ?? '' });
      assert.deepEqual([second.has_more, second.total_count], [true, undefined]);
      const last = await stripe.invoices.search({ query, limit: 2, page: second.next_page ?? '' });
      assert.deepEqual([last.has_more, last.next_page, last.data.length], [false, null, 1]);
      const all = await stripe.invoices.search({ query, limit: 2 }).autoPagingToArray({ limit: 10 });
      assert.deepEqual(
        all.map(({ id }) => id),
        ids,
      );
      for (const page of ['nonsense', first.next_page ?? '']) {
        const refusal = await refusalOf(stripe.invoices.search({ query: 'status:"open"', page }));
        assert.deepEqual(signatureOf(refusal), { ...plain, param: 'page' });
      }
    });

    it('a query must be there, and only what a result has is expanded', async () => {
      const { invoices } = bench.stripe;
      const missing = signatureOf(await refusalOf(invoices.search({} as { query: string })));
      assert.deepEqual(missing, { ...plain, code: 'parameter_missing', param: 'query' });
      const wrong = invoices.search({ query: 'total>0', expand: ['customer'] });
      assert.deepEqual(signatureOf(await refusalOf(wrong)), plain);
      assert.deepEqual(signatureOf(await refusalOf(bench.stripe.invoices.list({ expand: ['total_count'] }))), plain);
    });
  });

  describe('behind the writes', () => {
    const lagging = useSimulator({ searchLagSeconds: 30 });
    const later = (seconds: number) => control(lagging.simulator, 'POST', '/clock', { advanceSeconds: seconds });

    it('what was just written is in lists at once and in search only after a while', async () => {
      const { stripe } = lagging;
      const { id } = await stripe.customers.create({ name: 'Blue Heron' });
      const found = async () => (await stripe.customers.search({ query: 'name:"heron"' })).data.map((one) => one.id);
      assert.equal((await stripe.customers.list()).data.length, 1);
      assert.deepEqual(await found(), []);
      await later(31);
      assert.deepEqual(await found(), [id]);
    });

    it('a stale match shows the object of now, which may no longer fit (I stripe-python#908)', async () => {
      const { stripe } = lagging;
      const draft = await draftWith(stripe);
      await later(31);
      await stripe.invoices.finalizeInvoice(draft.id);
      const [hit] = (await stripe.invoices.search({ query: 'status:"draft"' })).data;
      assert.deepEqual([hit?.id, hit?.status], [draft.id, 'open']);
      await later(31);
      assert.deepEqual((await stripe.invoices.search({ query: 'status:"draft"' })).data, []);
    });

    it('a restart forgets nothing of it', async () => {
      const directory = mkdtempSync(join(tmpdir(), 'search-'));
      const options = { journalFile: join(directory, 'journal'), searchLagSeconds: 0 };
      const found = async (simulator: Simulator) =>
        (await clientOf(simulator).invoices.search({ query: 'total:1000' })).data.map(({ id }) => id);
      const first = await startSimulator(options);
      const { id } = await draftWith(clientOf(first));
      assert.deepEqual(await found(first), [id]);
      await first.stop();
      const second = await startSimulator(options);
      assert.deepEqual(await found(second), [id]);
      await second.stop();
      rmSync(directory, { recursive: true });
    });

    it('the lag can be set while it runs', async () => {
      const { simulator, stripe } = lagging;
      const draft = await draftWith(stripe);
      const found = async () => (await stripe.invoices.search({ query: 'total>0' })).data.map(({ id }) => id);
      assert.deepEqual(await found(), []);
      assert.deepEqual(await control(simulator, 'PUT', '/search-lag', { seconds: 0 }), { seconds: 0 });
      assert.deepEqual(await found(), [draft.id]);
      assert.deepEqual(await control(simulator, 'GET', '/search-lag'), { seconds: 0 });
      const wrong = await fetch(`${simulator.url}/_control/search-lag`, { method: 'PUT', body: '{"seconds":-1}' });
      assert.equal(wrong.status, 400);
    });
  });

  describe('under limits', () => {
    let nowMs = 0;
    const limited = useSimulator({ limits: 'live', monotonicMs: () => nowMs });

    it('all searches together are 20 reads a second, in both modes', async () => {
      const { stripe } = limited;
      for (let index = 0; index < 10; index += 1) {
        await stripe.customers.search({ query: 'name:"x"' });
        await stripe.invoices.search({ query: 'total>0' });
      }
      const refusal = await refusalOf(stripe.invoices.search({ query: 'total>0' }));
      assert.deepEqual([refusal.statusCode, refusal.code], [429, 'rate_limit']);
      await stripe.invoices.list();
      nowMs += 1001;
      await clientOf(limited.simulator).invoices.search({ query: 'total>0' });
      const { live, sandbox } = rateLimitPresets;
      assert.deepEqual([live.searchPerSecond, sandbox.searchPerSecond], [20, 20]);
    });
  });
});
