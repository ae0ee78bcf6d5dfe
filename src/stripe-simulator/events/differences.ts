type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether two values are written as the same JSON; by walking them, which is far cheaper than writing them. */
export function isSame(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSame(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => Object.hasOwn(right, key) && isSame(left[key], right[key]))
  );
}

/**
 * `previous_attributes` of an update: for each key whose value changed the value before, null when there was none.
 * Objects are compared key by key, so that only their changed keys stand there; a changed list stands there whole.
 */
export function previousAttributes(before: object, after: object): Json {
  const previous: Json = {};
  const [old, now] = [before as Json, after as Json];
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)])) {
    const [was, is] = [old[key], now[key]];
    if (was === is) continue;
    if (isObject(was) && isObject(is)) {
      const inside = previousAttributes(was, is);
      if (Object.keys(inside).length > 0) previous[key] = inside;
      continue;
    }
    if (isSame(was, is)) continue;
    previous[key] = was ?? null;
  }
  return previous;
}
