/**
 * Whether what waits until an instant is due, as a condition on its column. Columns keep whole milliseconds, rounded upward too:
 * what was written as due now would else not be for up to half of one.
 */
export const isDue = (column: string): string => `${column} <= statement_timestamp() + interval '1 ms'`;
