import { Type } from 'typebox';
import { planFields, planFileSchema, planOptions } from './plans.ts';

type Schema = { [name: string]: unknown };

/**
 * JSON Schema of plan files for editors, which know draft 7 best. It knows every field and form; what it cannot know
 * (that tiers rise, that a price's meter is there, which fields exclude each other) is told by `durabill plans diff`.
 * @param currencies every code that can be billed
 */
export function planFileForEditors(currencies: readonly string[]): object {
  // Lower case is read, too, and upper case is offered.
  const currency = (description: string) =>
    Type.Union([Type.Enum([...currencies]), Type.String({ pattern: '^(?=.*[a-z])[A-Za-z]{3}$' })], { description });
  const plan = Type.Object(planFields(currency), planOptions);
  const { definitions, schema } = withDefinitions(JSON.parse(JSON.stringify(planFileSchema(plan))) as Schema);
  return { $schema: 'http://json-schema.org/draft-07/schema#', title: 'Durabill plan file', ...schema, definitions };
}

/** Said once if it is longer than this, in characters of JSON. */
const shortest = 200;

/**
 * What stands in a schema more than once becomes a definition, by the name of the field that has it first: twelve models
 * share most of what they have, and the file is to be read by people who review it, too.
 */
function withDefinitions(schema: Schema): { schema: Schema; definitions: Schema } {
  const counts = new Map<string, number>();
  visit(schema, (json) => counts.set(json, (counts.get(json) ?? 0) + 1));

  const names = new Map<string, string>();
  const definitions: Schema = {};
  const nameOf = (json: string, wanted: string): string => {
    const known = names.get(json);
    if (known !== undefined) return known;
    const taken = new Set(names.values());
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted}${number}`;
    names.set(json, name);
    definitions[name] = shared(JSON.parse(json), wanted);
    return name;
  };
  const shared = (node: unknown, field: string): unknown => {
    if (Array.isArray(node)) return node.map((one) => refer(one, field));
    if (!isSchema(node)) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, value]) => [
        name,
        name === 'properties'
          ? Object.fromEntries(Object.entries(value as Schema).map(([inner, one]) => [inner, refer(one, inner)]))
          : refer(value, field),
      ]),
    );
  };
  const refer = (node: unknown, field: string): unknown => {
    if (!isWhole(node)) return shared(node, field);
    const json = JSON.stringify(node);
    const isShared = json.length > shortest && (counts.get(json) ?? 0) > 1;
    return isShared ? { $ref: `#/definitions/${nameOf(json, field)}` } : shared(node, field);
  };
  return { schema: shared(schema, '') as Schema, definitions };
}

function visit(node: unknown, count: (json: string) => void): void {
  if (typeof node !== 'object' || node === null) return;
  if (isWhole(node)) count(JSON.stringify(node));
  for (const inner of Object.values(node)) visit(inner, count);
}

const isSchema = (node: unknown): node is Schema => typeof node === 'object' && node !== null && !Array.isArray(node);
/** A schema, and not the properties or the examples of one. */
const isWhole = (node: unknown): node is Schema =>
  isSchema(node) && (typeof node['type'] === 'string' || Array.isArray(node['anyOf']) || 'const' in node);
