import type { Stack } from '../../src/stack/index.ts';

/** On the global object, since mocha may load this module twice: by require and by import. */
const slot = Symbol.for('durabill.test.stack');
const endingsSlot = Symbol.for('durabill.test.endings');
const holder = globalThis as typeof globalThis & { [slot]?: Stack; [endingsSlot]?: (() => Promise<void>)[] };

export function setStack(stack: Stack): void {
  holder[slot] = stack;
}

/**
 * The throw-away stack of this test run.
 *
 * @throws when the run was started without one
 */
export function getStack(): Stack {
  const stack = holder[slot];
  if (stack === undefined) throw new Error('This test needs the stack; run it without DURABILL_TEST_STACK=none.');
  return stack;
}

holder[endingsSlot] ??= [];
const endings = holder[endingsSlot];

/** For what is opened once and used by many files: it is closed when all tests have run. */
export function atEnd(close: () => Promise<void>): void {
  endings.push(close);
}

export async function closeAll(): Promise<void> {
  for (const close of endings.splice(0)) await close();
}
