import assert from 'node:assert/strict';

/** Asserts that a statement was refused with one of these SQLSTATEs, by this constraint where one is named. */
export async function refusedWith(
  codes: readonly string[],
  statement: Promise<unknown>,
  what: string,
  constraint?: string,
): Promise<void> {
  const error = await statement.then(
    () => assert.fail(`it was done: ${what}`),
    (reason: unknown) => reason as { code?: string; constraint?: string },
  );
  assert.ok(codes.includes(error.code ?? ''), `${what}: ${String(error)} (${error.code})`);
  if (constraint !== undefined) assert.equal(error.constraint, constraint, what);
}
