import type { Fields, Parameter, Shape } from '../../../src/stripe-simulator/schema.ts';
import type { Definitions, JsonSchema } from './schemas.ts';

/** What a parameter may be by the typings, its references followed and its empty string taken off. */
interface Known {
  alternatives: JsonSchema[];
  /** `Emptyable<…>` in the typings: an empty string unsets it. */
  isEmptyable: boolean;
}

function knownOf(schema: JsonSchema, all: Definitions): Known {
  if (schema.$ref !== undefined) {
    const target = all.definitions[decodeURIComponent(schema.$ref.replace('#/definitions/', ''))];
    if (target === undefined) throw new Error(`The schema names ${schema.$ref} and does not have it.`);
    return knownOf(target, all);
  }
  if (schema.const === '') return { alternatives: [], isEmptyable: true };
  if (schema.anyOf === undefined) return { alternatives: [schema], isEmptyable: false };
  const parts = schema.anyOf.map((part) => knownOf(part, all));
  return {
    alternatives: parts.flatMap(({ alternatives }) => alternatives),
    isEmptyable: parts.some(({ isEmptyable }) => isEmptyable),
  };
}

/** Where an operation's declared fields differ from the type of its parameters in the SDK, as sentences; at any depth. */
export function differences(fields: Fields, schema: JsonSchema, all: Definitions, path = ''): string[] {
  const object = knownOf(schema, all).alternatives.find(({ properties }) => properties !== undefined);
  const properties = object?.properties ?? {};
  const named = (name: string) => (path === '' ? name : `${path}.${name}`);
  const found: string[] = [];
  for (const name of Object.keys(properties)) {
    if (!Object.hasOwn(fields, name)) found.push(`${named(name)} is in the typings and not declared`);
  }
  for (const [name, parameter] of Object.entries(fields)) {
    const property = properties[name];
    if (property === undefined) {
      found.push(`${named(name)} is declared and not in the typings`);
      continue;
    }
    const mustBe = object?.required?.includes(name) === true;
    if (mustBe && !parameter.required) found.push(`${named(name)} is required by the typings`);
    found.push(...ofParameter(parameter, property, all, named(name)));
  }
  return found;
}

/** An empty string is a text like any other to the typings, and Stripe lets it unset one. */
const textual: readonly Shape['kind'][] = ['text', 'beyond', 'currency', 'decimal'];

function ofParameter(parameter: Parameter, schema: JsonSchema, all: Definitions, path: string): string[] {
  const { shape } = parameter;
  const known = knownOf(schema, all);
  const found = ofShape(shape, known, all, path);
  if (textual.includes(shape.kind) || parameter.emptyable === known.isEmptyable) return found;
  return [...found, `${path} can${known.isEmptyable ? '' : 'not'} be unset by an empty string`];
}

function ofShape(shape: Shape, known: Known, all: Definitions, path: string): string[] {
  const expected = (what: string, isMet: boolean) => (isMet ? [] : [`${path} is no ${what} in the typings`]);
  const some = (isIt: (alternative: JsonSchema) => boolean) => known.alternatives.some(isIt);
  const isOf = (type: string) => some((alternative) => [alternative.type].flat().includes(type));
  switch (shape.kind) {
    case 'beyond':
      return [];
    case 'object':
      if (!some(({ properties }) => properties !== undefined)) return expected('object', false);
      return differences(shape.fields, { anyOf: known.alternatives }, all, path);
    case 'list': {
      const items = known.alternatives.find((alternative) => alternative.type === 'array')?.items;
      return items === undefined ? expected('list', false) : ofElement(shape.element, items, all, `${path}[]`);
    }
    case 'choice':
      return ofChoice(shape.values, known, path);
    case 'metadata':
      return expected(
        'map',
        some(({ additionalProperties }) => typeof additionalProperties === 'object'),
      );
    case 'range':
      return expected('range', isOf('number') && some(({ properties }) => properties?.['gte'] !== undefined));
    case 'boolean':
      return expected('boolean', isOf('boolean'));
    case 'integer':
    case 'number':
      return expected('number', isOf('number'));
    default:
      return expected('free text', isOf('string') && !some((alternative) => isShort(literalsOf(alternative))));
  }
}

/** An element cannot be unset, so its emptiness says nothing. */
function ofElement(element: Parameter, schema: JsonSchema, all: Definitions, path: string): string[] {
  return ofShape(element.shape, knownOf(schema, all), all, path);
}

/**
 * An enumeration that a declaration must name. Long ones (types of events, versions of the API) grow with every release,
 * so a text may stand for them.
 */
function isShort(literals: unknown[]): boolean {
  return literals.length > 0 && literals.length <= 100;
}

function literalsOf({ const: constant, enum: several = [] }: JsonSchema): unknown[] {
  return constant === undefined ? several : [constant];
}

function ofChoice(values: readonly string[], { alternatives }: Known, path: string): string[] {
  const literals = alternatives.flatMap(literalsOf).filter((literal) => literal !== '');
  return [
    ...literals.filter((literal) => !values.includes(String(literal))).map((literal) => `${path} may be ${literal}`),
    ...values.filter((value) => !literals.includes(value)).map((value) => `${path} may not be ${value}`),
  ];
}
