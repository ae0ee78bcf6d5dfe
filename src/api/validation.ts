import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';
import { kindOf } from '../billing/text.ts';
import { DurabillError } from '../errors/error.ts';

/**
 * Checks requests by their schemas. Nothing is dropped, filled in or converted in a body: a number that was sent as a
 * string is an error. Parts of an address are text by nature: where a whole number is asked for, digits are read as one.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  // Formats are for the readers of /openapi.json; use cases read instants and ids themselves.
  const options = { verbose: true, validateFormats: false };
  const ajv = new Ajv(options);
  return ({ schema, httpPart }) => {
    const validate = ajv.compile(schema);
    if (httpPart === 'body') return validate;
    return (address) => {
      const value = withNumbers(schema, address);
      return validate(value) ? { value } : { error: (validate.errors ?? []) as FastifySchemaValidationError[] };
    };
  };
}

function withNumbers({ properties = {} }: { properties?: Record<string, { type?: string }> }, address: object): object {
  return Object.fromEntries(
    Object.entries(address).map(([name, text]) => {
      const isNumber = properties[name]?.type === 'integer' && /^\d{1,15}$/.test(String(text));
      return [name, isNumber ? Number(text) : text];
    }),
  );
}

/** The first fault that a schema found, as a refusal that names its field. */
export function validationFault(fault: FastifySchemaValidationError | undefined, context = 'body'): DurabillError {
  const {
    keyword,
    params = {},
    message = 'is not valid',
    instancePath = '',
    data,
  } = (fault ?? {}) as Partial<ErrorObject>;
  const path = fieldPath(instancePath);
  const inside = (name: string): string => (path === '' ? name : `${path}.${name}`);
  const refuse = (field: string, reason: string) => new DurabillError('request-invalid', { field, reason });
  if (keyword === 'required') {
    const field = inside(String(params['missingProperty']));
    return refuse(field, `"${field}" is missing.`);
  }
  if (keyword === 'additionalProperties') {
    const field = inside(String(params['additionalProperty']).slice(0, 100));
    return refuse(field, `There is no field "${field}" here.`);
  }
  const field = path === '' ? context : path;
  if (params['type'] === 'integer') return refuse(field, `"${field}" must be a whole number, written in digits.`);
  if (keyword === 'type') return refuse(field, `"${field}" must be of type ${params['type']}, not ${kindOf(data)}.`);
  if (keyword === 'enum') return refuse(field, `"${field}" must be one of ${params['allowedValues'].join(', ')}.`);
  if (keyword === 'pattern') return refuse(field, `"${field}" contains a character that is not allowed.`);
  return refuse(field, `"${field}" ${message}.`);
}

/** "/subscription/startsAt" is subscription.startsAt, "/events/3" is events[3]. */
function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}
