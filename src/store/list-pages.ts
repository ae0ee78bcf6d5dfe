/** Where a page of a list by creation has ended. */
export type CreationCursor = { createdAt: Date; id: string };
export type CreationPage = { after: CreationCursor | undefined; limit: number };

/**
 * The end of a query for a page of a list, the latest first: its last condition, order and limit.
 * @param first number of the first of its three parameters, which are `creationValues`
 * @param of the table's alias with its dot, where it has one
 */
export const latestFirst = (first: number, of: `${string}.` | '' = '') =>
  `($${first}::timestamptz IS NULL OR ${of}created_at < $${first} OR (${of}created_at = $${first} AND ${of}id > $${first + 1}::uuid))
   ORDER BY ${of}created_at DESC, ${of}id LIMIT $${first + 2}`;

export const creationValues = ({ after, limit }: CreationPage) => [after?.createdAt ?? null, after?.id ?? null, limit];

/** Whose a thing is that belongs to a customer, or, with null, to the business. */
export type Owner = { customerId: string | null };

/** Of one owner or, where none is asked for, of everybody: a condition with the first two parameters, which are `ownerValues`. */
export const ofOwner = '($1 OR customer_id IS NOT DISTINCT FROM $2::uuid)';

export const ownerValues = (owner: Owner | undefined) => [owner === undefined, owner?.customerId ?? null];
