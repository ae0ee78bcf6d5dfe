/** A JSON Schema, as far as the document has them. */
type Schema = {
  type?: string;
  examples?: unknown[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
  minItems?: number;
  minimum?: number;
};

/**
 * A value that the schema allows, made of the examples of its fields; of several shapes the first that is not null.
 * A part without any example of its own gets the plainest value of its type.
 */
export function exampleOf(given: unknown): unknown {
  const schema = given as Schema;
  const [example] = Array.isArray(schema.examples) ? schema.examples : [];
  if (example !== undefined) return example;
  if ('const' in schema) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const shapes = schema.anyOf ?? schema.oneOf;
  if (shapes !== undefined) return exampleOf(shapes.find(({ type }) => type !== 'null') ?? { type: 'null' });
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [name, exampleOf(field)]),
      );
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items)];
    case 'string':
      return 'text';
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return true;
    default:
      return null;
  }
}
