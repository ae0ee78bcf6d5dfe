/** What is supposed; it stands in the address, so that it can be sent to somebody. */
export type Supposed = {
  added: { price: string; group: readonly string[]; quantity: string }[];
  /** Plans by subscription. */
  plans: Record<string, string>;
};

/** A quantity as the API takes it. */
export const isNumber = (quantity: string) => /^-?\d{1,30}(\.\d{1,20})?$/.test(quantity);

export function readSupposed(search: URLSearchParams): Supposed {
  const added = search.getAll('add').flatMap((text) => {
    const parts = partsOf(text);
    if (parts === undefined || parts.length < 2) return [];
    const [price = '', quantity = '', ...group] = parts;
    return [{ price, quantity, group }];
  });
  const plans = search.getAll('plan').flatMap((text) => {
    const [subscription, plan] = partsOf(text) ?? [];
    return subscription === undefined || plan === undefined ? [] : [[subscription, plan] as const];
  });
  return { added, plans: Object.fromEntries(plans) };
}

export function writeSupposed({ added, plans }: Supposed): URLSearchParams {
  const search = new URLSearchParams();
  for (const { price, quantity, group } of added) search.append('add', JSON.stringify([price, quantity, ...group]));
  for (const [subscription, plan] of Object.entries(plans)) search.append('plan', JSON.stringify([subscription, plan]));
  return search;
}

/** An address that somebody has cut short means nothing, and no more. */
function partsOf(text: string): string[] | undefined {
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : undefined;
  } catch {
    return undefined;
  }
}
