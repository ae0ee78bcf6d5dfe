import type { KeyState } from '../store/invoice-facts.ts';
import type { BillablePeriod } from '../store/periods.ts';
import { byStart } from './bills.ts';

type Group = {
  key: { purpose: string };
  state: Pick<KeyState, 'live'>;
  added: BillablePeriod[];
  all: BillablePeriod[];
};

/** Whether the invoice is yet to be written, or is a draft: one that is held is rebuilt like any other. */
export function isOpen({ state }: Pick<Group, 'state'>): boolean {
  return state.live === null || ['draft', 'held'].includes(state.live.lifecycle);
}

/**
 * Brings what would stand on an issued invoice of the purpose `start` to another bill of its subscription. A plan that was
 * changed from the very start of a cycle wants the invoice of the first plan's advance once more, which is live and does
 * not change: it is charged with the cycle instead. Where there is no such bill yet it stays, to be parked and tried again.
 */
export function withoutClosedStarts<Of extends Group>(groups: readonly Of[]): Of[] {
  const moved = new Map<Of, BillablePeriod[]>();
  const kept = groups.map((group) => {
    if (group.key.purpose !== 'start' || isOpen(group)) return group;
    const added = group.added.filter((period) => {
      const other = billOf(period, groups);
      if (other !== undefined) moved.set(other, [...(moved.get(other) ?? []), period]);
      return other === undefined;
    });
    return { ...group, added };
  });
  return kept
    .map((group, index) => {
      const more = moved.get(groups[index] as Of);
      if (more === undefined) return group;
      return { ...group, added: [...group.added, ...more].sort(byStart), all: [...group.all, ...more].sort(byStart) };
    })
    .filter(({ added }) => added.length > 0);
}

/** The bill of the period's own cycle, or else any of its subscription. */
function billOf<Of extends Group>({ subscriptionId, cycleStartAt }: BillablePeriod, groups: readonly Of[]) {
  const own = groups.filter(
    (group) => isOpen(group) && group.added.some((one) => one.subscriptionId === subscriptionId),
  );
  return own.find(({ added }) => added.some((one) => +one.cycleStartAt === +cycleStartAt)) ?? own[0];
}
