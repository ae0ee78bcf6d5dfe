import assert from 'node:assert/strict';
import type { FastifySchemaValidationError } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { buildApi } from '../../src/api/app.ts';
import type { ApiDeps } from '../../src/api/deps.ts';
import { addressText, amountMinor, closed, nullable, text } from '../../src/api/schemas/common.ts';
import { createValidatorCompiler, validationFault } from '../../src/api/validation.ts';
import { type Schema, wantedBy } from '../../src/api/wanted.ts';
import { kindsByCode } from '../../src/targets/stripe/notice.ts';

const order = Type.Object(
  {
    name: Type.Optional(text('What it is called', 'Heron Air', 255)),
    note: Type.Optional(nullable(text('Why', 'Because.', 500))),
    customer: Type.Optional(addressText('Whose it is', 'heron-air')),
    month: Type.Optional(Type.String({ pattern: '^[0-9]{4}-[0-9]{2}$', examples: ['2013-01'] })),
    at: Type.Optional(Type.String({ format: 'date-time', maxLength: 64, examples: ['2013-02-01T13:00:00Z'] })),
    state: Type.Optional(Type.Enum(['enabled', 'disabled'], { type: 'string' })),
    isPaid: Type.Optional(Type.Boolean()),
    amountMinor: Type.Optional(amountMinor('How much')),
    days: Type.Optional(Type.Integer({ minimum: 0, maximum: 365 })),
    limit: Type.Optional(Type.Integer({ minimum: 1 })),
    keys: Type.Optional(Type.Array(Type.String(), { minItems: 1, maxItems: 3, uniqueItems: true })),
    address: Type.Optional(nullable(Type.Object({ lines: Type.Array(text('A line', 'Gate 1', 100)) }, closed))),
  },
  { ...closed, minProperties: 1 },
);

function refused(value: unknown, httpPart = 'body', schema: TSchema = order) {
  const validate = createValidatorCompiler()({ schema, method: 'POST', url: '/', httpPart });
  const answer = validate(value) as boolean | { error?: FastifySchemaValidationError[] };
  const errors =
    typeof answer === 'object' ? answer.error : (validate as { errors?: FastifySchemaValidationError[] | null }).errors;
  const { field, message, mend } = validationFault(errors ?? [], httpPart);
  return { field, message, mend };
}

describe('What a schema refuses', () => {
  for (const [value, field, message] of [
    [{ name: 7 }, 'name', '"name" has to be text of 1 to 255 characters, not 7.'],
    [{ name: '' }, 'name', '"name" has to be text of 1 to 255 characters.'],
    [{ name: 'x'.repeat(256) }, 'name', '"name" has to be text of 1 to 255 characters.'],
    [{ name: null }, 'name', '"name" has to be text of 1 to 255 characters, not null.'],
    [{ note: '' }, 'note', '"note" has to be text of 1 to 500 characters, or null.'],
    [{ note: true }, 'note', '"note" has to be text of 1 to 500 characters, or null, not true.'],
    [{ customer: 'a\0b' }, 'customer', '"customer" contains the character NUL, which cannot be stored.'],
    [{ month: 'May' }, 'month', '"month" has to be text written like "2013-01".'],
    [{ at: 0 }, 'at', '"at" has to be text of at most 64 characters written like "2013-02-01T13:00:00Z", not 0.'],
    [{ state: 'gone' }, 'state', '"state" has to be one of enabled, disabled.'],
    [{ isPaid: 'yes' }, 'isPaid', '"isPaid" has to be true or false, not text.'],
    [{ amountMinor: 1.5 }, 'amountMinor', '"amountMinor" has to be a whole number, not 1.5.'],
    [{ days: 366 }, 'days', '"days" has to be a whole number from 0 to 365.'],
    [{ limit: 0 }, 'limit', '"limit" has to be a whole number of at least 1.'],
    [{ keys: [] }, 'keys', '"keys" has to be a list of 1 to 3 entries.'],
    [{ keys: {} }, 'keys', '"keys" has to be a list of 1 to 3 entries, not an object.'],
    [{ keys: ['a', 'a'] }, 'keys', '"keys" has the same entry twice.'],
    [{ keys: ['a', 1] }, 'keys[1]', '"keys[1]" has to be text, not 1.'],
    [{ address: 'Gate 1' }, 'address', '"address" has to be an object, or null, not text.'],
    [{ address: {} }, 'address.lines', '"address.lines" is missing.'],
    [{ address: { lines: [], zip: 1 } }, 'address.zip', '"address.zip" is not a field here.'],
    [{}, 'body', '"body" has to be an object of at least 1 field.'],
    [[], 'body', '"body" has to be an object of at least 1 field, not a list.'],
    [{ nme: 'x' }, 'nme', '"nme" is not a field here.'],
  ] as const) {
    it(`is said plainly: ${message}`, () => {
      const { mend, ...said } = refused(value);
      assert.deepEqual(said, { field, message });
      assert.notEqual(mend, '');
    });
  }

  it('is said with what to do about it', () => {
    const needed = Type.Object({ name: text('What it is called', 'Heron Air', 255) }, closed);
    assert.equal(refused({}, 'body', needed).mend, 'Send it: text of 1 to 255 characters.');
    assert.equal(
      refused(
        { nam: 'x' },
        'body',
        Type.Object({ name: Type.Optional(Type.String()), at: Type.Optional(Type.String()) }, closed),
      ).mend,
      'Correct its name or leave it out. Fields here are name, at.',
    );
  });

  it('is, in an address, said of text: a number is written in digits', () => {
    assert.deepEqual(
      ['many', '-1', '0'].map((limit) => refused({ limit }, 'querystring').message),
      Array(3).fill('"limit" has to be a whole number of at least 1, written in digits.'),
    );
  });

  it('names a few of many, and what was made up by the sender not at full length', () => {
    const many = Type.Enum(Array.from({ length: 30 }, (_, index) => `v${index}`));
    assert.match(refused({ x: 'w' }, 'body', Type.Object({ x: many })).message, /v18, v19 and 10 more\.$/);
    assert.equal(refused({ ['x'.repeat(5_000)]: 1 }).field?.length, 100);
  });

  it('has words for everything that the API asks for', async () => {
    const app = buildApi({ failureCodes: kindsByCode } as unknown as ApiDeps);
    await app.ready();
    const document = app.swagger() as unknown as { paths: Record<string, Record<string, Operation>> };
    await app.close();
    type Operation = {
      parameters?: { name: string; schema: Asked }[];
      requestBody?: { content: Record<string, { schema: Asked }> };
    };
    type Asked = Schema & { properties?: Record<string, Asked>; items?: Asked; anyOf?: Asked[] };
    let count = 0;
    const check = (asked: Asked, where: string): void => {
      // What takes anything refuses nothing.
      if (!['type', 'enum', 'const', 'anyOf'].some((word) => word in asked)) return;
      count += 1;
      const said = wantedBy(asked);
      assert.doesNotMatch(said, /description of this address|undefined|\^|\\/, where);
      for (const [name, inner] of Object.entries(asked.properties ?? {})) check(inner, `${where}.${name}`);
      if (asked.items !== undefined) check(asked.items, `${where}[]`);
      for (const branch of asked.anyOf ?? []) check(branch, where);
    };
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, { parameters = [], requestBody }] of Object.entries(operations)) {
        for (const { name, schema } of parameters) check(schema, `${method} ${path} ${name}`);
        for (const { schema } of Object.values(requestBody?.content ?? {})) check(schema, `${method} ${path}`);
      }
    }
    assert.ok(count > 500, `${count} were found`);
  });
});
