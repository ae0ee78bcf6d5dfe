import { type FaultRule, faultKinds, limitReasons } from './faults.ts';
import { operations } from './operations/index.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const isDuration: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isOneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

const checks: Record<keyof FaultRule, { check: Check; says: string }> = {
  kind: { check: isOneOf(faultKinds), says: `one of ${faultKinds.join(', ')}` },
  operation: {
    check: (value) => operations.some((operation) => operation.name === value),
    says: `one of ${operations.map((operation) => operation.name).join(', ')}`,
  },
  keyPrefix: { check: isText, says: 'a text' },
  nth: { check: isCount, says: 'a whole number from 1' },
  probability: {
    check: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    says: 'a number from 0 to 1',
  },
  seed: { check: isDuration, says: 'a whole number' },
  times: { check: isCount, says: 'a whole number from 1' },
  reason: { check: isOneOf([...limitReasons, null]), says: `null or one of ${limitReasons.join(', ')}` },
  retryAfter: { check: isDuration, says: 'a whole number of seconds' },
  shouldRetry: { check: isFlag, says: 'true or false' },
  commit: { check: isFlag, says: 'true or false' },
  delayMs: { check: isDuration, says: 'a whole number of milliseconds' },
};

/** The rules in a control request, or the sentence that says what is wrong: a misspelt rule that never fires is worse. */
export function parseFaultRules(sent: unknown): FaultRule[] | string {
  const wrapped = typeof sent === 'object' && sent !== null && 'rules' in sent ? sent.rules : sent;
  const rules: unknown[] = Array.isArray(wrapped) ? wrapped : [wrapped];
  for (const rule of rules) {
    if (typeof rule !== 'object' || rule === null) return 'A fault rule is an object with a kind.';
    if (!('kind' in rule)) return 'A fault rule needs a kind.';
    for (const [name, value] of Object.entries(rule)) {
      if (!Object.hasOwn(checks, name)) return `A fault rule has no '${name}'.`;
      const { check, says } = checks[name as keyof FaultRule];
      if (!check(value)) return `${name} is ${says}.`;
    }
  }
  return rules as FaultRule[];
}
