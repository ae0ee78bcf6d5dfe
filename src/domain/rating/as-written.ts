import type { Plan } from './plan.ts';
import type { Price } from './price.ts';

/** A plan as its file may say it: the amounts in another currency do not repeat the model, which the reader puts there. */
export function asWritten(plan: Plan): object {
  return { ...plan, prices: plan.prices.map(priceAsWritten) };
}

function priceAsWritten({ currencies, ...price }: Price): object {
  if (currencies === undefined) return price;
  const written = Object.entries(currencies).map(([currency, { model: _same, ...terms }]) => [currency, terms]);
  return { ...price, currencies: Object.fromEntries(written) };
}
