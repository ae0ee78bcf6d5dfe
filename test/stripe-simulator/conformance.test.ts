import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { eventTypes } from '../../src/stripe-simulator/events/types.ts';
import { operations } from '../../src/stripe-simulator/operations/index.ts';
import { useSimulator } from './support.ts';
import { answerChecker } from './typings/answers.ts';
import { differences } from './typings/declarations.ts';
import { schemasOf, type TypingsSchemas, typeNameOf } from './typings/schemas.ts';
import { type Answered, notingClient, walk } from './walk.ts';

/** By the object's own name: an operation that answers with one. */
const answeredBy: Record<string, string> = {
  charge: 'charges.retrieve',
  'checkout.session': 'checkout.sessions.retrieve',
  credit_note: 'creditNotes.retrieve',
  customer: 'customers.create',
  dispute: 'disputes.retrieve',
  invoice: 'invoices.create',
  invoice_payment: 'invoicePayments.retrieve',
  invoiceitem: 'invoiceItems.retrieve',
  payment_intent: 'paymentIntents.retrieve',
  payment_method: 'paymentMethods.retrieve',
  refund: 'refunds.retrieve',
  setup_intent: 'setupIntents.retrieve',
};

interface WireEvent {
  id: string;
  type: string;
  data: { object: { object: string }; previous_attributes?: object };
}

describe('conformance, by the typings of the SDK', () => {
  const bench = useSimulator({ searchLagSeconds: 0 });
  let schemas: TypingsSchemas;
  before(async function () {
    // Only the first run with a new SDK or operation makes schemas; a small machine that is busy takes this long.
    this.timeout(180_000);
    schemas = await schemasOf(operations.map(({ name }) => name));
  });

  for (const { name, parameters } of operations) {
    it(`${name} takes exactly what the SDK can send, at any depth`, () => {
      const { parameters: known } = schemas;
      assert.deepEqual(differences(parameters, { $ref: `#/definitions/takes_${typeNameOf(name)}` }, known), []);
    });
  }

  it('the check itself sees a missing key, an unknown one, a fraction of money, a value outside of an enumeration', async () => {
    const { id } = await bench.stripe.customers.create();
    const customer: object = await bench.stripe.customers.retrieve(id);
    const check = answerChecker(schemas.answers);
    const faultsWith = (change: object) => check('answers_customers_create', { ...customer, ...change }).length;
    assert.equal(faultsWith({}), 0);
    for (const change of [{ email: undefined }, { wealth: 1 }, { balance: 0.5 }, { tax_exempt: 'perhaps' }]) {
      assert.notEqual(faultsWith(change), 0, JSON.stringify(change));
    }
  });

  it('every operation answers in the shape that the SDK expects', async function () {
    this.timeout(60_000);
    const noted: Answered[] = [];
    await walk(notingClient(bench.simulator, noted));
    const check = answerChecker(schemas.answers);
    const faults = noted.flatMap(({ operation, body }) => {
      return check(`answers_${typeNameOf(operation)}`, body).map((fault) => `${operation}: ${fault}`);
    });
    assert.deepEqual([...new Set(faults)], []);
    const walked = new Set(noted.map(({ operation }) => operation));
    // A refund to a card is on its way at once, so it is never there to be taken back (refunds.test.ts).
    walked.add('refunds.cancel');
    const unseen = operations.map(({ name }) => name).filter((name) => !walked.has(name));
    assert.deepEqual(unseen, [], 'operations that the walk does not call');
  });

  it('every event shows its object in the shape that the SDK expects', async () => {
    await walk(bench.stripe);
    const noted: Answered[] = [];
    for await (const _ of notingClient(bench.simulator, noted).events.list({ limit: 100 }));
    const events = noted.flatMap(({ body }) => (body as { data: WireEvent[] }).data);
    const check = answerChecker(schemas.answers);
    const faults = events.flatMap(({ type, data }) => {
      const operation = answeredBy[data.object.object];
      if (operation === undefined) return [`${type} shows a ${data.object.object}`];
      return check(`answers_${typeNameOf(operation)}`, data.object).map((fault) => `${type}: ${fault}`);
    });
    assert.deepEqual([...new Set(faults)], []);
    for (const { type, data } of events) {
      assert.equal('previous_attributes' in data, type.endsWith('.updated'), type);
      const strange = Object.keys(data.previous_attributes ?? {}).filter((name) => !(name in data.object));
      assert.deepEqual(strange, [], `${type} names previous values of what is not there`);
    }
    const objects = new Set(events.map(({ data }) => data.object.object));
    assert.deepEqual([...objects].sort(), Object.keys(answeredBy).sort());
  });

  it('the events that an endpoint may ask for are those of the typings', () => {
    const resources = join(dirname(createRequire(import.meta.url).resolve('stripe')), '..', 'esm', 'resources');
    const text = readFileSync(join(resources, 'WebhookEndpoints.d.ts'), 'utf8');
    const union = /type EnabledEvent = ([^;]+);/.exec(text)?.[1] ?? '';
    const known = [...union.matchAll(/'([^']+)'/g)].map(([, name = '']) => name).filter((name) => name !== '*');
    assert.deepEqual([...eventTypes].sort(), known.sort());
  });
});
