/** Names that answers use; they are for ever. */
export { changeKinds, lineKinds } from '../../domain/invoice/changes.ts';
export const comparisons = ['last-bill', 'same-point', 'none'] as const;
