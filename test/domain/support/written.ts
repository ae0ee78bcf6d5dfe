import type { Rational } from './rational.ts';

/** A price as somebody writes it, every field of every model: what the oracle reads, without a parser between. */
export type WrittenPrice = {
  model: string;
  included?: string;
  convert?: { divideBy: string; rounding: 'none' | 'up' | 'down' | 'half_up'; decimals?: number };
  zeroUsage?: 'free' | 'charged';
  prorate?: boolean;
  minimumAmount?: string;
  maximumAmount?: string;
  commitment?: { amount: string; overageFactor?: string; trueUp?: boolean };
  unitAmount?: string;
  tiers?: WrittenTier[];
  tiering?: 'graduated' | 'volume';
  onDecrease?: 'prorated' | 'kept';
  packageSize?: string;
  packageAmount?: string;
  rounding?: 'up' | 'down';
  amount?: string;
  units?: string;
  capacity?: string;
  overageUnitAmount?: string;
  rate?: string;
  fixedAmount?: string;
  freeTransactions?: string;
  freeAmount?: string;
  transactionMinimum?: string;
  transactionMaximum?: string;
  amountProperty?: string;
  multiplier?: string;
  properties?: string[];
  cells?: { values: string[]; unitAmount: string }[];
  otherwise?: string;
};

export type WrittenTier = {
  upTo: string | null;
  unitAmount?: string;
  flatAmount?: string;
  packageSize?: string;
  packageAmount?: string;
  maximumAmount?: string;
  rate?: string;
};

/** What was used, before any of it was added up. */
export type WrittenUse = {
  quantity?: string;
  transactions?: string[];
  carried?: string;
  cells?: { values: string[]; quantity: string }[];
  /** How many seats, for which part of the cycle. */
  spans?: { seats: string; share: Rational }[];
};
