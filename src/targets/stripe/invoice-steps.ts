import type { OutgoingInvoice } from '../port.ts';
import { linesPerCall } from './invoice-params.ts';

/** The steps that change a draft, by the names under which their requests are stored. */
export const finalizeStep = 'finalize';

/** @param from how many lines earlier calls add */
export const stepOfLines = (from: number) => `add lines from ${from + 1}`;

/** The names of all calls that add lines, in their order. */
export function stepsOfLines({ lines }: OutgoingInvoice): string[] {
  return Array.from({ length: Math.ceil(lines.length / linesPerCall) }, (_, call) => stepOfLines(call * linesPerCall));
}
