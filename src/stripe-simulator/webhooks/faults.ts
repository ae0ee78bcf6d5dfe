import type { EventType, PlannedFault } from '../events/entry.ts';
import { type Armed, arm, type Chance, fires } from '../faults.ts';

/**
 * What can go wrong with a delivery: it comes twice, after the one that follows it, late, never (its event is in the
 * list all the same), with the object as it was before the change, or beside one that somebody else signed.
 */
export const webhookFaultKinds = ['duplicate', 'swap', 'late', 'drop', 'stale', 'forged'] as const;
export type WebhookFaultKind = (typeof webhookFaultKinds)[number];

/** All conditions of a rule must hold; an absent condition always does. Each event is counted once for each endpoint. */
export interface WebhookFaultRule extends Chance {
  kind: WebhookFaultKind;
  /** An event's name; absent: all. */
  type?: string;
  /** Only deliveries to this endpoint, by its id. */
  endpoint?: string;
  /** For late: how long after the event, on the simulator's clock (default 1000). */
  delayMs?: number;
}

const defaultDelayMs = 1000;

/** The rules in force, drawn once when an event is made: what was drawn is journalled with it. */
export class WebhookFaults {
  private armed: Armed<WebhookFaultRule>[] = [];

  add(rules: readonly WebhookFaultRule[]): void {
    this.armed.push(...rules.map(arm));
  }

  clear(): void {
    this.armed = [];
  }

  list(): (WebhookFaultRule & { matched: number; applied: number })[] {
    return this.armed.map(({ rule, matched, applied }) => ({ ...rule, matched, applied }));
  }

  /** The first rule that fires decides. An event that replaced nothing cannot be stale, so such rules pass it over. */
  pick(type: EventType, endpoint: string, replaces: boolean): PlannedFault | undefined {
    let picked: PlannedFault | undefined;
    for (const armed of this.armed) {
      const { kind, delayMs = defaultDelayMs, ...rule } = armed.rule;
      if ((rule.type ?? type) !== type || (rule.endpoint ?? endpoint) !== endpoint) continue;
      if (kind === 'stale' && !replaces) continue;
      armed.matched += 1;
      if (picked !== undefined || !fires(armed)) continue;
      armed.applied += 1;
      picked = kind === 'late' ? { kind, delayMs } : { kind };
    }
    return picked;
  }
}
