import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpTaxEngine } from '../../src/targets/tax-engine/http.ts';
import { TaxEngineError, type TaxQuestion } from '../../src/targets/tax-engine/port.ts';
import { readTaxAnswer, writeTaxAnswer } from '../../src/targets/tax-engine/read-answer.ts';
import { assertRefused } from '../domain/support/properties.ts';

const vat = { key: 'vat', name: 'VAT', percentage: '20', country: 'FR', taxType: 'vat' };
const items = [{ id: 'price-1' }, { id: 'price-2' }];

describe('readTaxAnswer', () => {
  const answer = { invoiceId: 'i-1', rates: [vat], items: { 'price-1': ['vat'], 'price-2': [] } };

  it('reads rates and the keys of each item, and reads what it has written', () => {
    const read = readTaxAnswer(answer, items, 'answers[0]');
    assert.deepEqual([read.status, read.reason, [...read.items]], ['taxable', null, Object.entries(answer.items)]);
    assert.deepEqual([read.rates[0]!.isInclusive, read.rates[0]!.country], [false, 'FR']);
    assert.deepEqual(readTaxAnswer(writeTaxAnswer(read), items, 'stored'), read);
    const exempt = { invoiceId: 'i-1', status: 'exempt', reason: 'Diplomats' };
    const untaxed = readTaxAnswer(exempt, items, 'answers[0]');
    assert.deepEqual([untaxed.reason, [...untaxed.items.values()]], ['Diplomats', [[], []]]);
    assert.deepEqual(readTaxAnswer(writeTaxAnswer(untaxed), items, 'stored'), untaxed);
  });

  it('refuses an answer that leaves an item out, or names what it does not have', () => {
    for (const [change, field] of [
      [{ items: { 'price-1': ['vat'] } }, 'answers[0].items.price-2'],
      [{ items: { ...answer.items, 'price-2': ['gst'] } }, 'answers[0].items.price-2'],
      [{ items: { ...answer.items, 'price-3': [] } }, 'answers[0].items.price-3'],
      [{ rates: [vat, vat] }, 'answers[0].rates[1].key'],
      [{ status: 'exempt' }, 'answers[0].reason'],
      [{ total: 1 }, 'answers[0].total'],
    ] as const) {
      assertRefused(() => readTaxAnswer({ ...answer, ...change }, items, 'answers[0]'), 'tax-invalid', field);
    }
  });
});

describe('An outside tax engine by HTTP', () => {
  const questionOf = (invoiceId: string): TaxQuestion => ({
    ...{ invoiceId, currency: 'EUR', dueAt: '2013-02-02T13:00:00.000Z' },
    customer: { id: 'c', externalId: 'B6', zone: 'Europe/Paris', taxIds: [] },
    items: items.map(({ id }) => ({ id, plan: 'p', price: id, description: id })),
  });
  let server: Server;
  let url: string;
  const asked: { body: { questions: TaxQuestion[] }; authorization: string | undefined }[] = [];
  let reply: (questions: TaxQuestion[], response: ServerResponse) => void;

  before(async () => {
    server = createServer(async (request, response) => {
      let text = '';
      for await (const part of request) text += part;
      const body = JSON.parse(text) as { questions: TaxQuestion[] };
      asked.push({ body, authorization: request.headers.authorization });
      reply(body.questions, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/taxes`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });

  const answersTo = (questions: TaxQuestion[]) =>
    questions.map(({ invoiceId }) => ({ invoiceId, rates: [vat], items: { 'price-1': ['vat'], 'price-2': [] } }));
  const engine = (more: { token?: string; timeoutMs?: number } = {}) =>
    createHttpTaxEngine({ url, token: undefined, ...more });
  const fails = (reason: RegExp, more: { timeoutMs?: number } = {}) =>
    assert.rejects(engine(more).quote([questionOf('i-1')]), (error: Error) => {
      assert.ok(error instanceof TaxEngineError, String(error));
      assert.match(error.message, reason);
      return true;
    });

  it('is asked all questions at once, and may answer them in any order', async () => {
    reply = (questions, response) => response.end(JSON.stringify({ answers: answersTo(questions).reverse() }));
    const questions = [questionOf('i-1'), questionOf('i-2')];
    const answers = await engine({ token: 'secret' }).quote(questions);
    assert.deepEqual(
      answers.map(({ invoiceId }) => invoiceId),
      ['i-1', 'i-2'],
    );
    assert.deepEqual(asked.at(-1), { body: { questions }, authorization: 'Bearer secret' });
    await engine().quote(questions);
    assert.equal(asked.at(-1)!.authorization, undefined);
  });

  it('is told apart by how it fails', async () => {
    reply = (_, response) => response.writeHead(503).end('{"answers":[]}');
    await fails(/answered with the status 503/);
    reply = (_, response) => response.end('<html>');
    await fails(/something else than/);
    reply = (_, response) => response.end('null');
    await fails(/something else than/);
    reply = (_, response) => response.end(JSON.stringify({ answers: [null, {}] }));
    await fails(/left out the invoice i-1/);
    reply = (questions, response) =>
      response.end(JSON.stringify({ answers: [{ ...answersTo(questions)[0], items: {} }] }));
    await fails(/cannot be used: answers\[0\]\.items\.price-1: It has to be a list/);
    reply = (_, response) => response.end(' '.repeat(5 * 1_024 * 1_024));
    await fails(/more than 4194304 bytes/);
    reply = (_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"answers"');
      response.destroy();
    };
    await fails(/broke off|cannot be reached/);
    reply = (_, response) => response.writeHead(302, { location: url }).end();
    await fails(/cannot be reached/);
    reply = () => {};
    await fails(/did not answer within 50 ms/, { timeoutMs: 50 });
    url = 'http://127.0.0.1:1/taxes';
    await fails(/cannot be reached/);
  });
});
