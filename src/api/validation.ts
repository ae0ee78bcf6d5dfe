import { Ajv, type ErrorObject } from 'ajv';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import type { TSchema } from 'typebox';
import { DurabillError } from '../errors/error.ts';
import { kindFor, named, type Schema, storable, wantedBy } from './wanted.ts';

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

type Fault = Partial<ErrorObject> & { parentSchema?: Schema };

/** The first fault that a schema found, as a refusal that names its field, what it has to be, and what to do. */
export function validationFault(faults: readonly FastifySchemaValidationError[], context = 'body'): DurabillError {
  const fault = (faults[0] ?? {}) as Fault;
  const { keyword, params = {}, instancePath = '', data, parentSchema = {} } = fault;
  const path = fieldPath(instancePath);
  const inside = (name: unknown): string => {
    const shown = String(name).slice(0, 100);
    return path === '' ? shown : `${path}.${shown}`;
  };
  const refuse = (field: string, fault: string, mend?: string) =>
    new DurabillError('request-invalid', { field, reason: `"${field}" ${fault}.`, ...(mend && { mend }) });
  const { properties = {} } = parentSchema;
  if (keyword === 'required') {
    const missing = properties[params['missingProperty']];
    return refuse(inside(params['missingProperty']), 'is missing', missing && `Send it: ${wantedBy(missing)}.`);
  }
  if (keyword === 'additionalProperties') {
    const mend = `Correct its name or leave it out. Fields here are ${named(Object.keys(properties))}.`;
    return refuse(inside(params['additionalProperty']), 'is not a field here', mend);
  }
  const field = path === '' ? context : path;
  if (keyword === 'uniqueItems') return refuse(field, 'has the same entry twice', 'Send each entry once.');
  if (keyword === 'pattern' && parentSchema.pattern === storable) {
    return refuse(field, 'contains the character NUL, which cannot be stored', 'Take it out.');
  }
  const isText = context !== 'body' && parentSchema.type === 'integer';
  const ending = isText ? ', written in digits' : keyword === 'type' ? `, not ${kindFor(data)}` : '';
  return refuse(field, `has to be ${wantedBy(wholeOf(fault, faults))}${ending}`);
}

/** The schema of the value at fault, with all that may stand there where there are several. */
function wholeOf({ instancePath, parentSchema = {} }: Fault, faults: readonly FastifySchemaValidationError[]): Schema {
  const union = (faults as Fault[]).find((one) => one.keyword === 'anyOf' && one.instancePath === instancePath);
  return union?.parentSchema ?? parentSchema;
}

/** "/subscription/startsAt" is subscription.startsAt, "/events/3" is events[3]. */
function fieldPath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : path === '' ? part : `${path}.${part}`), '');
}
