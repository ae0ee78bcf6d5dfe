/**
 * Search attributes of the namespace. SQL visibility has room for 10 Keyword and 3 of each other type for ever, so
 * names are only ever added, and only where an operator filters by them.
 */
export const searchAttributes = {
  CustomerId: 'Keyword',
  InvoiceId: 'Keyword',
  InvoiceNumber: 'Keyword',
  ClockId: 'Keyword',
  SyncState: 'Keyword',
  FailureCode: 'Keyword',
  AmountMinor: 'Int',
  CutoffAt: 'Datetime',
} as const;
