import assert from 'node:assert/strict';
import { operations } from '../../src/stripe-simulator/operations/index.ts';
import { useSimulator } from './support.ts';
import { answerChecker } from './typings/answers.ts';
import { differences } from './typings/declarations.ts';
import { schemasOf, type TypingsSchemas, typeNameOf } from './typings/schemas.ts';
import { type Answered, notingClient, walk } from './walk.ts';

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
    const unseen = operations.map(({ name }) => name).filter((name) => !walked.has(name));
    assert.deepEqual(unseen, [], 'operations that the walk does not call');
  });
});
