/**
 * What goes wrong on demand. `recipient-busy`: 451 to RCPT. `recipient-unknown`: 550 to RCPT. `refused`: 554 to the text.
 * `lost-answer`: the mail is taken and kept, and the connection breaks before it is said. `cut-off`: it breaks in the text.
 */
export const faultKinds = ['recipient-busy', 'recipient-unknown', 'refused', 'lost-answer', 'cut-off'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** `to` limits it to one address; `times` to so many mails, all of them unless said otherwise. */
export type FaultRule = { kind: FaultKind; to?: string; times?: number };

/** The rules of faults, in the order in which they were given; each mail meets the first of a kind that fits. */
export class Faults {
  #rules: { kind: FaultKind; to: string | undefined; left: number }[] = [];

  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map(({ kind, to, times }) => ({
      kind,
      to: to?.toLowerCase(),
      left: times ?? Number.POSITIVE_INFINITY,
    }));
  }

  /** Whether this one of the kinds is to happen now; counts it. */
  take(to: string, ...kinds: FaultKind[]): FaultKind | undefined {
    const rule = this.#rules.find(
      (one) => kinds.includes(one.kind) && one.left > 0 && (one.to === undefined || one.to === to.toLowerCase()),
    );
    if (rule === undefined) return undefined;
    rule.left -= 1;
    return rule.kind;
  }
}

/** @throws Error with a sentence when these are no rules */
export function readRules(sent: unknown): FaultRule[] {
  if (!Array.isArray(sent)) throw new Error('Send a list of rules.');
  return sent.map((rule: Record<string, unknown>) => {
    const { kind, to, times } = rule;
    if (!(faultKinds as readonly unknown[]).includes(kind)) throw new Error(`kind is one of ${faultKinds.join(', ')}.`);
    if (to !== undefined && typeof to !== 'string') throw new Error('to is an address.');
    if (times !== undefined && !(Number.isInteger(times) && Number(times) > 0)) throw new Error('times is from 1 on.');
    return {
      kind: kind as FaultKind,
      ...(to !== undefined && { to }),
      ...(times !== undefined && { times: Number(times) }),
    };
  });
}
