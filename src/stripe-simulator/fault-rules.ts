import { type Chance, type FaultRule, faultKinds, limitReasons } from './faults.ts';
import { operations } from './operations/index.ts';

type Check = (value: unknown) => boolean;

export const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
export const isDuration: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
export const isOneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

/** What each field of a rule must be. */
export type Checks<R> = Record<keyof R, { check: Check; says: string }>;

export const chanceChecks: Checks<Chance> = {
  nth: { check: isCount, says: 'a whole number from 1' },
  probability: {
    check: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    says: 'a number from 0 to 1',
  },
  seed: { check: isDuration, says: 'a whole number' },
  times: { check: isCount, says: 'a whole number from 1' },
};

const checks: Checks<FaultRule> = {
  ...chanceChecks,
  kind: { check: isOneOf(faultKinds), says: `one of ${faultKinds.join(', ')}` },
  operation: {
    check: (value) => operations.some((operation) => operation.name === value),
    says: `one of ${operations.map((operation) => operation.name).join(', ')}`,
  },
  keyPrefix: { check: isText, says: 'a text' },
  reason: { check: isOneOf([...limitReasons, null]), says: `null or one of ${limitReasons.join(', ')}` },
  declineCode: { check: isText, says: 'a text' },
  retryAfter: { check: isDuration, says: 'a whole number of seconds' },
  shouldRetry: { check: isFlag, says: 'true or false' },
  commit: { check: isFlag, says: 'true or false' },
  delayMs: { check: isDuration, says: 'a whole number of milliseconds' },
};

/** The rules in a control request, or the sentence that says what is wrong: a misspelt rule that never fires is worse. */
export function parseFaultRules(sent: unknown): FaultRule[] | string {
  return parseRules(checks, sent, 'A fault rule');
}

/** The same for every sort of rule; `subject` begins the sentence. */
export function parseRules<R>(checks: Checks<R>, sent: unknown, subject: string): R[] | string {
  const wrapped = typeof sent === 'object' && sent !== null && 'rules' in sent ? sent.rules : sent;
  const rules: unknown[] = Array.isArray(wrapped) ? wrapped : [wrapped];
  for (const rule of rules) {
    if (typeof rule !== 'object' || rule === null) return `${subject} is an object with a kind.`;
    if (!('kind' in rule)) return `${subject} needs a kind.`;
    for (const [name, value] of Object.entries(rule)) {
      if (!Object.hasOwn(checks, name)) return `${subject} has no '${name}'.`;
      const { check, says } = checks[name as keyof R];
      if (!check(value)) return `${name} is ${says}.`;
    }
  }
  return rules as R[];
}
