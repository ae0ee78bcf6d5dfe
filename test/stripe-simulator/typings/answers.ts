import { Ajv } from 'ajv';
import type { Definitions, JsonSchema } from './schemas.ts';

/**
 * Money and times are whole numbers, which the typings cannot say; shares in percent are the only fractions that
 * Stripe gives as numbers (decimals are texts).
 */
function withIntegers(schema: JsonSchema, name = ''): JsonSchema {
  const { type, anyOf, items, properties, additionalProperties } = schema;
  // An interface without fields stands for any object, as in `event.data.object`.
  if (type === 'object' && properties === undefined && additionalProperties === false) return { type };
  const isFraction = /percent|rate/.test(name);
  const types = [type ?? []].flat().map((one) => (one === 'number' && !isFraction ? 'integer' : one));
  return {
    ...schema,
    ...(type === undefined ? {} : { type: types }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map((part) => withIntegers(part, name)) }),
    ...(items === undefined ? {} : { items: withIntegers(items, name) }),
    ...(properties === undefined ? {} : { properties: mapped(properties) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: withIntegers(additionalProperties, name) }
      : {}),
  };
}

function mapped(schemas: Record<string, JsonSchema>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, withIntegers(schema, name)]));
}

/**
 * Says in sentences where an answer differs from a type of the SDK. Every key without `?` must be there and no key that
 * the typings do not know; enumerations are closed.
 */
export function answerChecker(answers: Definitions): (type: string, answer: unknown) => string[] {
  const ajv = new Ajv({ allErrors: true, strict: false });
  ajv.addSchema({ definitions: mapped(answers.definitions) }, 'answers');
  return (type, answer) => {
    const validate = ajv.getSchema(`answers#/definitions/${type}`);
    if (validate === undefined) throw new Error(`No schema of ${type} was made.`);
    if (validate(answer)) return [];
    return (validate.errors ?? []).map(({ instancePath, message, params }) => {
      return `${instancePath} ${message} ${JSON.stringify(params)}`;
    });
  };
}
