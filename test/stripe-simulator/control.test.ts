import assert from 'node:assert/strict';
import { startSimulator } from '../../src/stripe-simulator/index.ts';
import { formatMoney } from '../../src/stripe-simulator/pages/frame.ts';
import { clientOf, control, draftWith, journalOf, openInvoice, refusalOf, setFaults, useSimulator } from './support.ts';

describe('the control API', () => {
  const bench = useSimulator();

  it('shows the journal by operation and from a sequence number', async () => {
    const { stripe, simulator } = bench;
    const { id } = await draftWith(stripe, [{ amount: 1 }]);
    await refusalOf(stripe.invoices.addLines(id, { lines: [{ amount: 1, quantity: 1 }] }));
    const all = await journalOf(simulator);
    assert.deepEqual(
      all.map(({ operation, outcome, status }) => [operation, outcome, status]),
      [
        ['customers.create', 'executed', 200],
        ['invoices.create', 'executed', 200],
        ['invoices.addLines', 'executed', 200],
        ['invoices.addLines', 'refused', 400],
      ],
    );
    assert.deepEqual(all[2]?.params, { lines: { '0': { amount: '1' } } });
    assert.equal((await journalOf(simulator, '?operation=invoices.addLines')).length, 2);
    assert.deepEqual(
      (await journalOf(simulator, '?since=3')).map(({ seq }) => seq),
      [4],
    );
    assert.deepEqual(
      (await journalOf(simulator, '?limit=1')).map(({ seq }) => seq),
      [4],
    );
  });

  it('never shows the secret key', async () => {
    const { stripe, simulator } = bench;
    await stripe.customers.create({});
    assert.ok(
      !JSON.stringify(await journalOf(simulator)).includes(simulator.key),
      '!JSON.stringify(await journalOf(simulator)).includes(simulator.key)',
    );
  });

  it('has a page of the journal that escapes what was sent', async () => {
    await bench.stripe.customers.create({ name: '<script>alert(1)</script>' });
    const page = await fetch(`${bench.simulator.url}/_control/`);
    const html = await page.text();
    assert.match(page.headers.get('content-type') ?? '', /text\/html/);
    assert.ok(html.includes('customers.create'), "html.includes('customers.create')");
    assert.ok(!html.includes('<script>alert'), "!html.includes('<script>alert')");
  });

  it('filters the page and the journal by operation, subject and status, and shows lines as money', async () => {
    const { stripe, simulator } = bench;
    await openInvoice(stripe, [
      { amount: 123_456, description: 'Departures' },
      { amount: 5, description: 'Arrivals' },
    ]);
    await setFaults(simulator, { kind: '503', operation: 'customers.create' });
    await refusalOf(stripe.customers.create({ name: 'Grey Heron Air' }));
    const page = async (query: string) => (await fetch(`${simulator.url}/_control/${query}`)).text();
    const seen = (html: string) =>
      [...html.matchAll(/<strong>((?:customers|invoices)\.\w+)<\/strong>/g)].map(([, name]) => name);
    const all = await page('');
    assert.deepEqual(seen(all), [
      'customers.create',
      'invoices.finalizeInvoice',
      'invoices.addLines',
      'invoices.create',
      'customers.create',
    ]);
    assert.match(all, /Faults in force.*503 operation customers.create: met 1 of 1/s);
    assert.deepEqual(seen(await page('?status=failed')), ['customers.create']);
    assert.deepEqual(seen(await page('?status=fault')), ['customers.create']);
    assert.deepEqual(seen(await page('?subject=grey%20heron')), ['customers.create']);
    const lines = await page('?operation=invoices.addLines');
    assert.deepEqual(seen(lines), ['invoices.addLines']);
    // 1,234.56 + 0.05
    assert.match(lines, /2 lines, 1,234\.61 USD.*Departures.*1,234\.56 USD.*Arrivals.*0\.05 USD/s);
    assert.match(await page('?status=failed&operation=invoices.pay'), /Nothing in the journal fits/);
    assert.match(await page('?limit=2'), /\?before=\d+"/);
    assert.equal((await journalOf(simulator, '?status=failed')).length, 1);
    assert.equal((await fetch(`${simulator.url}/_control/?status=bad`)).status, 400);
  });

  it('serves the hosted page that an invoice links to, its lines in the order of sending, its amounts as money', async () => {
    const open = await openInvoice(bench.stripe, [
      { amount: 123_456_789, description: 'Departures' },
      { amount: -5, description: 'Arrivals' },
    ]);
    const page = await fetch(open.hosted_invoice_url ?? '');
    assert.equal(page.status, 200);
    const html = await page.text();
    const places = [open.number ?? '?', 'Departures', '1,234,567.89 USD', 'Arrivals', '−0.05 USD', 'Subtotal'].map(
      (text) => html.indexOf(text),
    );
    assert.ok(!places.includes(-1), `${places}`);
    assert.deepEqual(
      places,
      places.toSorted((left, right) => left - right),
    );
  });

  for (const [minor, currency, shown] of [
    [0, 'usd', '0.00 USD'],
    [7, 'usd', '0.07 USD'],
    [-1_234_567, 'eur', '−12,345.67 EUR'],
    [1_234_567, 'jpy', '1,234,567 JPY'],
    [1_234, 'kwd', '1.234 KWD'],
  ] as const) {
    it(`writes ${minor} in the minor unit of ${currency} as ${shown}`, () => {
      assert.equal(formatMoney(minor, currency), shown);
    });
  }

  it('moves the clock forward only, ten years in all, and journals nothing else', async () => {
    const tenYears = 10 * 365 * 86_400;
    const advance = async (advanceSeconds: unknown) => {
      const body = JSON.stringify({ advanceSeconds });
      return (await fetch(`${bench.simulator.url}/_control/clock`, { method: 'POST', body })).status;
    };
    for (const wrong of [-1, 1.5, '60', null, tenYears + 1, 9e15]) assert.equal(await advance(wrong), 400);
    assert.equal(await advance(0), 200);
    assert.equal(await advance(tenYears), 200);
    assert.equal(await advance(60), 400);
    const { entries } = await control<{ entries: unknown[] }>(bench.simulator, 'GET', '/journal');
    assert.equal(entries.length, 2);
    const { status } = await control<{ status: string }>(bench.simulator, 'GET', '/health');
    assert.equal(status, 'ok');
  });

  it('keeps the last entries only, when the journal is in memory', async () => {
    const small = await startSimulator({ journalLimit: 10 });
    for (let call = 0; call < 40; call += 1) await clientOf(small).accounts.retrieveCurrent();
    const entries = await journalOf(small).finally(small.stop);
    assert.ok(entries.length >= 10 && entries.length <= 12, 'entries.length >= 10 && entries.length <= 12');
    assert.equal(entries.at(-1)?.seq, 40);
  });

  it('refuses a key that is none, and a port that is taken', async () => {
    await assert.rejects(startSimulator({ key: 'secret' }), /sk_test_/);
    await assert.rejects(startSimulator({ port: bench.simulator.port }), /EADDRINUSE/);
  });

  it('gives the test and the live key of one business the same account', async () => {
    const accounts: string[] = [];
    for (const key of ['sk_test_one', 'sk_live_one', 'sk_test_two']) {
      const simulator = await startSimulator({ key });
      accounts.push((await clientOf(simulator).accounts.retrieveCurrent().finally(simulator.stop)).id);
    }
    assert.equal(accounts[0], accounts[1]);
    assert.notEqual(accounts[0], accounts[2]);
  });
});
