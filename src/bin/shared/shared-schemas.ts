/** A part of an OpenAPI document. */
type Node = { [key: string]: unknown };

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Below this many characters a name for it would be longer to read than the thing itself. */
const worthNamingFrom = 300;

/**
 * Gives each object that the document describes more than once a name under `components`, and refers to it. The API
 * writes every description out where it stands, since its readers and tests want it whole; as types that would be
 * three times as much.
 */
export function shareSchemas(document: Node): Node {
  const copy = structuredClone(document);
  const places = new Map<string, string[][]>();
  walk(copy['paths'], [], (node, path) => {
    const text = JSON.stringify(node);
    if (text.length >= worthNamingFrom) places.set(text, [...(places.get(text) ?? []), path]);
  });
  const names = new Map<string, string>();
  for (const [text, paths] of places) if (paths.length > 1) names.set(text, freeName(nameOf(paths[0]!), names));

  const schemas: Node = {};
  for (const [text, name] of names) schemas[name] = replaceInside(JSON.parse(text), names);
  return {
    ...copy,
    paths: replaceInside(copy['paths'], names),
    components: { ...(copy['components'] as Node), schemas },
  };
}

function isSharable(node: Node): boolean {
  return node['type'] === 'object' && isNode(node['properties']);
}

function walk(node: unknown, path: string[], visit: (node: Node, path: string[]) => void): void {
  if (!isNode(node)) return;
  if (isSharable(node)) visit(node, path);
  for (const [key, value] of Object.entries(node)) if (key !== 'examples') walk(value, [...path, key], visit);
}

/** The node with every named schema in it, but not itself, replaced by a reference. */
function replaceInside(node: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(node)) return node.map((item) => replace(item, names));
  if (!isNode(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [key, key === 'examples' ? value : replace(value, names)]),
  );
}

function replace(node: unknown, names: ReadonlyMap<string, string>): unknown {
  const name = isNode(node) && isSharable(node) ? names.get(JSON.stringify(node)) : undefined;
  return name === undefined ? replaceInside(node, names) : { $ref: `#/components/schemas/${name}` };
}

/** After the field that it is the value of, or else after the address and method that answer or take it. */
function nameOf(path: readonly string[]): string {
  const field = path.lastIndexOf('properties', path.length - 2);
  if (field >= 0) return `${pascal(path[field + 1]!)}${path[field + 2] === 'items' ? 'Item' : ''}`;
  const [address = '', method = '', part, status = ''] = path;
  const problem = path.includes('application/problem+json');
  if (problem) return 'Problem';
  const words = address.replace(/^\/v1\//, '').replaceAll(/\{\w+\}/g, 'one');
  return `${pascal(method)}${pascal(words)}${part === 'responses' ? `Answer${status === '200' ? '' : status}` : 'Body'}`;
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');
}

function freeName(name: string, taken: ReadonlyMap<string, string>): string {
  const used = new Set(taken.values());
  if (!used.has(name)) return name;
  let number = 2;
  while (used.has(`${name}${number}`)) number += 1;
  return `${name}${number}`;
}
