import { AsyncLocalStorage } from 'node:async_hooks';

const given = new AsyncLocalStorage<string>();

/** Carries out `act`, and every audit link that is written on the way says why. */
export function giveReason<T>(reason: string, act: () => T): T {
  return given.run(reason, act);
}

/** Why the person who asked has asked for what is being done now; undefined where nobody said so. */
export function givenReason(): string | undefined {
  return given.getStore();
}
