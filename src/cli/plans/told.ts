import type { Difference, PlanChange, PlansChange } from '../../billing/diff-plans.ts';
import type { PlanFile } from '../../billing/read-plans.ts';

/** Whether it is told before it is done or after. */
export type When = 'before' | 'after';

/** A change for people: a line for each meter that is new and each plan, and below it what differs. */
export function tellChange({ meters, plans }: PlansChange, set: PlanFile, when: When): string {
  const created = meters.filter(({ outcome }) => outcome === 'created').map(({ key }) => key);
  return [
    ...created.map((key) => `meter ${key}: ${when === 'before' ? 'would be created' : 'created'}`),
    ...plans.flatMap((plan, index) => tellPlan(plan, set.plans[index]?.prices.length ?? 0, when)),
  ].join('\n');
}

function tellPlan({ key, version, outcome, differences, onOlderVersions }: PlanChange, prices: number, when: When) {
  const would = when === 'before' ? 'would be ' : '';
  const heading = {
    created: `plan ${key}: ${would}created as version 1, with ${counted(prices, 'price')}`,
    'new version': `plan ${key}: ${when === 'before' ? 'would become' : 'is now'} version ${version}`,
    unchanged: `plan ${key}: unchanged, version ${version}`,
  }[outcome];
  const staying = `  ${counted(onOlderVersions, 'live subscription')} ${onOlderVersions === 1 ? 'stays' : 'stay'} on older versions`;
  return [heading, ...differences.map(tellDifference), ...(onOlderVersions > 0 ? [staying] : [])];
}

function tellDifference({ field, kind, from, to }: Difference): string {
  switch (kind) {
    case 'added':
      return `  + ${field}: ${inWords(to)}`;
    case 'removed':
      return `  - ${field}: ${inWords(from)}`;
    case 'changed':
      return `  ~ ${field}: ${inWords(from)} → ${inWords(to)}`;
    case 'reordered':
      return `  ~ ${field}: in another order: ${(to as string[]).join(', ')}`;
  }
}

/** Decimals and other words as they are, everything else as in a file of one line. */
function inWords(value: unknown): string {
  return typeof value === 'string' && /^[\w.-]+$/.test(value) ? value : JSON.stringify(value);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
