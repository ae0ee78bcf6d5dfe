import type { Exact } from '../../money/exact.ts';
import type { Reader } from '../reader.ts';
import type { ExactStep } from '../step.ts';
import type { Usage } from '../usage.ts';

/** What a model charges: the usage without what is included, and what it has to know beside it. */
export type Charged = Usage & {
  /** The part of the cycle that the period covers; what recurs is multiplied by it. */
  share: Exact;
  /** Whether a period without use pays what is due once the first unit is used. */
  chargesZero: boolean;
};

/** What the usage of a price has to tell; `nothing` for a price that charges without use. */
export type Reads = 'nothing' | 'quantity' | 'transactions' | 'carried' | 'cells' | 'spans';

/** A price model: its fields, how they are read from a file, and how it charges. */
export type ModelRules<Terms> = {
  reads: Reads;
  /** Its own fields, beside those that every price has. */
  fields: readonly string[];
  /** Other fields of a price that it has no use for, each refused with the reason. */
  without?: Readonly<Record<string, string>>;
  read(reader: Reader, entries: Record<string, unknown>, field: string): Terms;
  charge(terms: Terms, charged: Charged): ExactStep[];
};
