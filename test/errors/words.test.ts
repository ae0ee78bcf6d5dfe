import assert from 'node:assert/strict';
import type Stripe from 'stripe';
import { buildApi } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { subscriptionStates } from '../../src/billing/show-subscription.ts';
import { findingCodes } from '../../src/domain/invoice/checks.ts';
import { catalogue, errorSubjects } from '../../src/errors/catalogue.ts';
import { failureWords } from '../../src/errors/words/failures.ts';
import type { CustomerWords, StateWords } from '../../src/errors/words/reader.ts';
import { type StateOf, type StateSubject, stateSubjects } from '../../src/errors/words/states.ts';
import { heldCode } from '../../src/store/held-drafts.ts';
import { lifecycles, payments, standings, syncs } from '../../src/store/invoice-status.ts';
import { differenceKinds, differenceStates } from '../../src/store/reconciliation-views.ts';
import { correctionStates } from '../../src/store/usage-corrections.ts';
import { kindsByCode } from '../../src/targets/stripe/notice.ts';

/** Lists of states as the program has them: one without words does not compile. */
const listed = {
  'invoice-standing': standings,
  'invoice-lifecycle': lifecycles,
  'invoice-payment': payments,
  'invoice-sync': syncs,
  subscription: subscriptionStates,
  correction: correctionStates,
  difference: differenceKinds,
  'difference-state': differenceStates,
  'waiting-reason': [heldCode],
} satisfies { [S in StateSubject]?: readonly StateOf<S>[] };

/** The statuses that Stripe's typings name, without the text that they allow beside them. */
type Named<Status> = Status extends string ? (Record<never, never> & string extends Status ? never : Status) : never;

/** What Stripe may say of an object, as its typings have it, is said in our words too. */
const ofStripe = {
  payment: (status: Named<Stripe.PaymentIntent.Status>): StateOf<'payment'> => status,
  dispute: (status: Named<Stripe.Dispute.Status>): StateOf<'dispute'> => status,
  creditNote: (status: Named<Stripe.CreditNote.Status>): StateOf<'credit-note'> => status,
  invoice: (status: Named<Stripe.Invoice.Status>): StateOf<'stripe-invoice'> => status,
};

type Enum = { field: string; values: string[]; where: string };
type Document = { paths: Record<string, Record<string, { responses: unknown }>> };

/** Every choice of texts in the answers of a document, by the name of its field. */
function enumsOf({ paths }: Document): Enum[] {
  const found: Enum[] = [];
  const walk = (node: unknown, field: string, where: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { enum: values, properties, ...others } = node as Record<string, unknown>;
    if (Array.isArray(values)) found.push({ field, values: values.filter((value) => value !== null), where });
    for (const [name, schema] of Object.entries(properties ?? {})) walk(schema, name, where);
    for (const child of Object.values(others)) walk(child, field, where);
  };
  for (const [url, methods] of Object.entries(paths)) {
    for (const [method, { responses }] of Object.entries(methods)) walk(responses, '', `${method} ${url}`);
  }
  return found;
}

/** Fields that tell how far something is, or how it stands. What can be one thing only is no state. */
const isState = ({ field, values }: Enum) =>
  values.length > 1 &&
  /^(state|status|standing|lifecycle|payment|sync|outcome|wanted|waitsFor|fault|treatment)$|(State|Status|Fallback)$/.test(
    field,
  );

/** States in the answers for which no subject has words. */
function withoutWords(document: Document): string[] {
  const subjects = Object.values(stateSubjects) as { fields: readonly string[]; states: object }[];
  const missing = enumsOf(document)
    .filter(isState)
    .filter(({ field, values }) => {
      return !subjects.some(
        ({ fields, states }) => fields.includes(field) && values.every((value) => Object.hasOwn(states, value)),
      );
    });
  return missing.map(({ field, values, where }) => `${where}: ${field} = ${values.join(' | ')}`);
}

describe('The words', () => {
  let document: Document;
  before(async () => {
    // The document alone: nothing is asked of what the routes are given.
    const app = buildApi({ failureCodes: kindsByCode } as unknown as ApiDeps);
    await app.ready();
    document = app.swagger() as unknown as Document;
    await app.close();
  });

  it('are there for every state in the answers of the API', () => {
    assert.ok(enumsOf(document).filter(isState).length > 60, 'the document was not read');
    assert.deepEqual(withoutWords(document), []);
  });

  it('are missed where a state is planted that has none', () => {
    const planted = structuredClone(document);
    const schema = {
      type: 'object',
      properties: { state: { anyOf: [{ enum: ['waiting', 'lost'] }, { type: 'null' }] } },
    };
    const content = { 'application/json': { schema: { type: 'array', items: schema } } };
    planted.paths['/v1/planted'] = { get: { responses: { 200: { content } } } };
    assert.deepEqual(withoutWords(planted), ['get /v1/planted: state = waiting | lost']);
  });

  it('name no field that no answer has, and no state that a list has not', () => {
    const fields = new Set(enumsOf(document).map(({ field }) => field));
    for (const [subject, { fields: named }] of Object.entries(stateSubjects)) {
      for (const field of named) assert.ok(fields.has(field), `${subject}: ${field}`);
    }
    for (const [subject, states] of Object.entries(listed)) {
      const worded = Object.keys(stateSubjects[subject as keyof typeof listed].states);
      assert.deepEqual(worded.sort(), [...states].sort(), subject);
    }
    assert.equal(Object.keys(ofStripe).length, 4);
  });

  it('are there for every code that an invoice may wait with', () => {
    for (const [code, kind] of kindsByCode) assert.ok(Object.hasOwn(failureWords, kind), code);
    for (const code of findingCodes) assert.notEqual(catalogue[code].customer, null, code);
  });

  it('stand in one place: no code in two subjects', () => {
    const codes = Object.values(errorSubjects).flatMap((errors) => Object.keys(errors));
    assert.deepEqual([...codes].sort(), Object.keys(catalogue).sort());
  });

  const states = Object.entries(stateSubjects).flatMap(([subject, { states: of }]) =>
    (Object.entries(of) as [string, StateWords][]).map(([state, words]) => [`${subject} ${state}`, words] as const),
  );
  const readByCustomers: [string, CustomerWords | null][] = [
    ...states.map(([name, { customer }]): [string, CustomerWords | null] => [name, customer]),
    ...Object.entries(catalogue).map(([code, { customer }]): [string, CustomerWords | null] => [code, customer]),
    ...Object.entries(failureWords).map(([kind, { customer }]): [string, CustomerWords | null] => [kind, customer]),
  ];

  it('are whole sentences, and labels that fit a badge', () => {
    for (const [name, { label, engineer, operator }] of states) {
      assert.match(label, /^[A-Z][^.]{2,27}$/, name);
      for (const text of [engineer, operator]) assert.match(text, /^[A-Z"].*\.$/, name);
    }
    for (const [name, customer] of readByCustomers) {
      for (const text of Object.values(customer ?? {})) assert.match(text, /^[A-Z].*\.$/, name);
    }
  });

  it('speak to customers without words of the trade', () => {
    const jargon =
      /\b(Stripe|Temporal|RabbitMQ|PostgreSQL|API|JSON|HTTP|workflow|sync\w*|parked|target|idempoten\w*|queue\w*|lifecycle|dunning|void|uncollectible|finali[sz]\w*|payload|schema|null|enum|webhook|meter|arrears|proration|reconcil\w*)\b|`|_/i;
    for (const [name, customer] of readByCustomers) {
      const said = Object.values(customer ?? {}).join(' ');
      assert.doesNotMatch(said, jargon, name);
      assert.doesNotMatch(said, /\b(you failed|your fault|invalid|illegal|forbidden|error)\b/i, `${name} blames`);
    }
  });

  it('never tell a customer why a card was declined', () => {
    assert.deepEqual(failureWords['declined-quietly'].customer, failureWords.declined.customer);
    for (const [name, customer] of readByCustomers) {
      assert.doesNotMatch(
        Object.values(customer ?? {}).join(' '),
        /\b(stolen|lost card|card was lost|fraud\w*|blacklist\w*|suspicio\w*)\b/i,
        name,
      );
    }
  });
});
