import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';

/**
 * The line on which a field stands, or the nearest one around it that is there: a missing field has none of its own.
 * Undefined where the document has nothing.
 * @param field a path such as `plans[0].prices[2].tiers[1].upTo`, or `meters.miles` for an entry by its key
 */
export function lineOf(document: Document, lines: LineCounter, field: string): number | undefined {
  const { at } = walk(document, field);
  return at === undefined ? undefined : lines.linePos(at).line;
}

/** Whether the document has this field. */
export function hasField(document: Document, field: string): boolean {
  return walk(document, field).rest.length === 0;
}

/** As far as the path leads: where that stands, and what is left of the path. */
function walk(document: Document, field: string): { at: number | undefined; rest: string[] } {
  let node = document.contents as Node | null;
  let at = node?.range?.[0];
  let rest = field.split(/[.[\]]+/).filter((part) => part !== '');
  while (rest.length > 0) {
    if (isAlias(node)) node = node.resolve(document) ?? null;
    const step = stepInto(node, rest);
    if (step === undefined) break;
    at = step.at ?? at;
    node = step.node;
    rest = rest.slice(step.taken);
  }
  return { at, rest };
}

type Step = { at: number | undefined; node: Node | null; taken: number };

function stepInto(node: Node | null, rest: readonly string[]): Step | undefined {
  if (isSeq(node)) {
    const [part] = rest;
    const isEntry = (one: unknown) => isMap(one) && one.get('key') === part;
    const item = /^\d+$/.test(part as string) ? node.items[Number(part)] : node.items.find(isEntry);
    return item === undefined ? undefined : { at: (item as Node).range?.[0], node: item as Node, taken: 1 };
  }
  if (!isMap(node)) return undefined;
  // Names of event properties may have dots of their own.
  for (let taken = rest.length; taken > 0; taken -= 1) {
    const name = rest.slice(0, taken).join('.');
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    if (pair === undefined) continue;
    return { at: (pair.key as Node).range?.[0], node: pair.value as Node | null, taken };
  }
  return undefined;
}
