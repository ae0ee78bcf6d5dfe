import assert from 'node:assert/strict';
import fc from 'fast-check';
import type Stripe from 'stripe';
import { canonicalForm, decodeForm } from '../../src/stripe-simulator/form.ts';
import { draftWith, refusalOf, signatureOf, useSimulator } from './support.ts';

describe('parameters', () => {
  const bench = useSimulator({ linesPerCall: 50, linesPerInvoice: 60 });
  /** The raw door, for what the SDK's types would not let through. */
  const post = (path: string, params: Record<string, unknown>) => bench.stripe.rawRequest('POST', path, params);
  const refused = async (path: string, params: Record<string, unknown>) =>
    signatureOf(await refusalOf(post(path, params)));
  const bad = (code: string | undefined, param: string | undefined) => ({
    type: 'invalid_request_error',
    code,
    param,
    status: 400,
  });

  it('refuses an unknown name at the top', async () => {
    const refusal = await refusalOf(post('/v1/customers', { nmae: 'A' }));
    assert.deepEqual(signatureOf(refusal), bad('parameter_unknown', 'nmae'));
    assert.match(refusal.doc_url ?? '', /parameter-unknown$/);
  });

  it('refuses an unknown name at any depth, with its bracketed path', async () => {
    const { id } = await draftWith(bench.stripe, []);
    const rate = { display_name: 'VAT', inclusive: false, percentage: 20, percent: 20 };
    const lines = [{ amount: 1 }, { amount: 1, tax_amounts: [{ amount: 1, taxable_amount: 1, tax_rate_data: rate }] }];
    assert.deepEqual(
      await refused(`/v1/invoices/${id}/add_lines`, { lines }),
      bad('parameter_unknown', 'lines[1][tax_amounts][0][tax_rate_data][percent]'),
    );
    assert.deepEqual(
      await refused('/v1/customers', { address: { zip: '1' } }),
      bad('parameter_unknown', 'address[zip]'),
    );
    const { id: customer } = await bench.stripe.customers.create({});
    assert.deepEqual(
      await refused('/v1/invoices', { customer, payment_settings: { types: ['card'] } }),
      bad('parameter_unknown', 'payment_settings[types]'),
    );
  });

  it('refuses an unknown name in a query and in a delete', async () => {
    const query = await refusalOf(bench.stripe.rawRequest('GET', '/v1/invoices?updated=1'));
    assert.deepEqual(signatureOf(query), bad('parameter_unknown', 'updated'));
    const window = await refusalOf(bench.stripe.rawRequest('GET', '/v1/invoices?created[after]=1'));
    assert.deepEqual(signatureOf(window), bad('parameter_unknown', 'created[after]'));
    const { id } = await draftWith(bench.stripe, []);
    const deletion = await refusalOf(bench.stripe.rawRequest('DELETE', `/v1/invoices/${id}?force=true`));
    assert.deepEqual(signatureOf(deletion), bad('parameter_unknown', 'force'));
  });

  it('names what is missing', async () => {
    const { id } = await draftWith(bench.stripe, []);
    assert.deepEqual(await refused(`/v1/invoices/${id}/add_lines`, {}), bad('parameter_missing', 'lines'));
    assert.deepEqual(
      await refused(`/v1/invoices/${id}/add_lines`, { lines: [{ amount: 1, period: { start: 1 } }] }),
      bad('parameter_missing', 'lines[0][period][end]'),
    );
    assert.deepEqual(await refused('/v1/invoices', {}), bad('parameter_missing', 'customer'));
  });

  it('refuses wrong types with the right code', async () => {
    const { id } = await draftWith(bench.stripe, []);
    const path = `/v1/invoices/${id}/add_lines`;
    const integer = 'parameter_invalid_integer';
    assert.deepEqual(await refused(path, { lines: [{ amount: 1.5 }] }), bad(integer, 'lines[0][amount]'));
    assert.deepEqual(await refused(path, { lines: [{ amount: '1e3' }] }), bad(integer, 'lines[0][amount]'));
    assert.deepEqual(
      await refused(path, { lines: [{ amount: '' }] }),
      bad('parameter_invalid_empty', 'lines[0][amount]'),
    );
    assert.deepEqual(await refused(path, { lines: 'all' }), bad(undefined, 'lines'));
    assert.deepEqual(await refused(path, { lines: [{ amount: { value: 1 } }] }), bad(undefined, 'lines[0][amount]'));
    assert.deepEqual(await refused('/v1/customers', { name: { first: 'A' } }), bad(undefined, 'name'));
    assert.deepEqual(await refused('/v1/customers', { tax_exempt: 'maybe' }), bad(undefined, 'tax_exempt'));
    assert.deepEqual(await refused('/v1/customers', { email: 'nobody' }), bad('email_invalid', 'email'));
    const list = await refusalOf(bench.stripe.invoices.list({ limit: 101 }));
    assert.deepEqual(signatureOf(list), bad(integer, 'limit'));
  });

  it('holds the documented limits', async () => {
    const { stripe } = bench;
    const { id, customer } = await draftWith(stripe, []);
    const path = `/v1/invoices/${id}/add_lines`;
    const lines = (count: number) => Array.from({ length: count }, () => ({ amount: 1 }));
    assert.deepEqual(await refused(path, { lines: lines(51) }), bad(undefined, 'lines'));
    await post(path, { lines: lines(50) });
    assert.deepEqual(await refused(path, { lines: lines(11) }), bad(undefined, 'lines'));
    await post(path, { lines: lines(10) });
    const long = (length: number) => 'x'.repeat(length);
    assert.deepEqual(await refused(`/v1/invoices/${id}`, { number: long(27) }), bad(undefined, 'number'));
    assert.deepEqual(await refused(`/v1/invoices/${id}`, { description: long(1501) }), bad(undefined, 'description'));
    assert.deepEqual(await refused(`/v1/invoices/${id}`, { footer: long(5001) }), bad(undefined, 'footer'));
    const fields = (count: number, name = 'n') => ({ custom_fields: Array(count).fill({ name, value: 'v' }) });
    assert.deepEqual(await refused(`/v1/invoices/${id}`, fields(5)), bad(undefined, 'custom_fields'));
    assert.deepEqual(
      await refused(`/v1/invoices/${id}`, fields(1, long(41))),
      bad(undefined, 'custom_fields[0][name]'),
    );
    assert.deepEqual(
      await refused(path, { lines: [{ amount: 1, description: long(5001) }] }),
      bad(undefined, 'lines[0][description]'),
    );
    const metadata = (count: number) => Object.fromEntries(lines(count).map((_, index) => [`key${index}`, 'v']));
    await post(`/v1/customers/${customer}`, { metadata: metadata(50) });
    assert.deepEqual(
      await refused(`/v1/customers/${customer}`, { metadata: { more: '1' } }),
      bad(undefined, 'metadata'),
    );
    const key = long(41);
    assert.deepEqual(await refused('/v1/customers', { metadata: { [key]: '1' } }), bad(undefined, `metadata[${key}]`));
    assert.deepEqual(await refused('/v1/customers', { metadata: { a: long(501) } }), bad(undefined, 'metadata[a]'));
  });

  it('takes an empty string as unset, and merges metadata key by key', async () => {
    const { stripe } = bench;
    const { id } = await stripe.customers.create({ name: 'A', metadata: { a: '1', b: '2' } });
    const changed = await stripe.customers.update(id, { name: '', metadata: { a: '', c: '3' } });
    assert.equal(changed.name, null);
    assert.deepEqual(changed.metadata, { b: '2', c: '3' });
    assert.deepEqual((await stripe.customers.update(id, { metadata: '' })).metadata, {});
  });

  it('says so when a parameter of Stripe is beyond the simulator, and takes its harmless values', async () => {
    const { stripe } = bench;
    const { id: customer } = await stripe.customers.create({});
    const refusal = await refusalOf(stripe.invoices.create({ customer, subscription: 'sub_1' }));
    assert.equal(refusal.param, 'subscription');
    assert.match(refusal.message, /simulator/);
    const taxed = await refusalOf(stripe.invoices.create({ customer, automatic_tax: { enabled: true } }));
    assert.equal(taxed.param, 'automatic_tax[enabled]');
    const plain: Stripe.InvoiceCreateParams = { customer, automatic_tax: { enabled: false }, discounts: '' };
    assert.equal((await stripe.invoices.create(plain)).status, 'draft');
  });

  it('answers an unknown address and a wrong content type as Stripe does', async () => {
    assert.equal((await refusalOf(bench.stripe.rawRequest('GET', '/v1/rockets'))).statusCode, 404);
    const json = await fetch(`${bench.simulator.url}/v1/customers`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bench.simulator.key}`, 'content-type': 'application/json' },
      body: '{"name":"A"}',
    });
    assert.equal(json.status, 400);
  });
});

describe('form decoding', () => {
  it('reads nested maps and lists back from what was written', () => {
    const name = fc.stringMatching(/^[a-z_]{1,8}$/);
    const tree = fc.letrec<{ node: unknown; leaf: string; map: Record<string, unknown> }>((tie) => ({
      leaf: fc.string(),
      map: fc.dictionary(name, tie('node'), { minKeys: 1, maxKeys: 3 }),
      node: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('map')),
    }));
    fc.assert(
      fc.property(tree.map, (map) => {
        assert.equal(canonicalForm(decodeForm(write(map))), canonicalForm(map as never));
      }),
    );
  });

  it('counts unnamed brackets up and keeps hostile names harmless', () => {
    assert.equal(canonicalForm(decodeForm('expand[]=a&expand[]=b')), '{"expand":{"0":"a","1":"b"}}');
    decodeForm('__proto__[polluted]=yes&constructor[prototype][polluted]=yes');
    assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
    assert.throws(() => decodeForm('a=%zz'), /percent-encoding/);
    assert.throws(() => decodeForm('a=1&a[b]=2'), /both a value and a group/);
  });
});

function write(map: Record<string, unknown>, prefix = ''): string {
  return Object.entries(map)
    .map(([key, value]) => {
      const path = prefix === '' ? key : `${prefix}[${key}]`;
      if (typeof value === 'string') return `${encodeURIComponent(path)}=${encodeURIComponent(value)}`;
      return write(value as Record<string, unknown>, path);
    })
    .join('&');
}
