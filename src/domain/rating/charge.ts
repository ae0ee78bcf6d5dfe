import { decimalText, type Exact, most, one, sumOf, zero } from '../money/exact.ts';
import { conversionStep, convert } from './conversion.ts';
import { ofWholePeriod } from './measure/shares.ts';
import { rulesOf } from './models/index.ts';
import type { Price } from './price.ts';
import { decimalOrZero } from './reader.ts';
import type { ExactStep } from './step.ts';
import type { Usage } from './usage.ts';

export type ChargedUsage = { billable: Exact; steps: ExactStep[] };

/** The exact steps that charge a period's usage: converted, without what is included, by the price's model. */
export function charge(price: Price, usage: Usage, share: Exact): ChargedUsage {
  const before: ExactStep[] = [];
  let used = price.prorate === false && usage.spans ? { ...usage, spans: ofWholePeriod(usage.spans) } : usage;
  if (price.convert !== undefined) {
    const conversion = price.convert;
    used = everywhere(used, (quantity) => convert(quantity, conversion));
    before.push(conversionStep(used.quantity, conversion));
  }
  const included = decimalOrZero(price.included);
  const billable = everywhere(used, (quantity) => most(quantity.sub(included), zero));
  if (included.gt(zero) && used.quantity.gt(zero)) {
    before.push({ kind: 'included', quantity: decimalText(used.quantity.sub(billable.quantity)), amount: zero });
  }
  const chargesZero = price.zeroUsage === 'charged';
  const steps = rulesOf(price.model).charge(price, { ...billable, share: shareOf(price, share), chargesZero });
  return { billable: billable.quantity, steps: [...before, ...steps] };
}

/** What recurs is shared when the period is a part of a cycle, unless the price says that it is not. */
export function shareOf({ prorate = true }: Pick<Price, 'prorate'>, share: Exact): Exact {
  return prorate ? share : one;
}

function everywhere(usage: Usage, change: (quantity: Exact) => Exact): Usage {
  const changed = <T extends { quantity: Exact }>(part: T): T => ({ ...part, quantity: change(part.quantity) });
  const { cells: used, spans } = usage;
  const cells = used?.map(changed);
  return {
    ...changed(usage),
    // Each cell is rounded by itself, so that what all of them charge is their sum.
    ...(cells !== undefined && { cells, quantity: sumOf(cells.map(({ quantity }) => quantity)) }),
    ...(spans !== undefined && { spans: spans.map(changed) }),
  };
}
